from __future__ import annotations

from datetime import UTC, datetime

import pytest

from room_server.domain.agreement import Agreement, Draft, Proposal, Signer, SigningIntent
from room_server.domain.codes import UsedCode
from room_server.domain.errors import Conflict, DomainError, Forbidden
from room_server.domain.own_name import SigningMode
from room_server.domain.people import Authority, Side

NOW = datetime(2026, 9, 16, 3, tzinfo=UTC)
DIGEST = "a" * 64


def draft(authority: Authority = Authority.SPECIAL) -> Draft:
    def signer(name: str, side: Side, kind: Authority) -> Signer:
        return Signer(name, f"field_{name}", "签名", "signature", name, side, kind)

    return Draft(
        "session",
        "number",
        (
            signer("worker", Side.APPLICANT, Authority.SELF),
            signer("agent", Side.RESPONDENT, authority),
            signer("mediator", Side.MEDIATOR, Authority.MEDIATOR),
        ),
    )


def frozen() -> Proposal:
    return draft().freeze("proposal", DIGEST, NOW)


def code(person: str, digest: str = DIGEST, proposal: str = "proposal") -> UsedCode:
    return UsedCode("code", person, proposal, digest, NOW)


def sign(proposal: Proposal | Agreement, person: str) -> Proposal | Agreement:
    assert isinstance(proposal, Proposal)
    return proposal.sign(SigningIntent(person, DIGEST, stated=True), SigningMode.DRAWN, code(person), NOW)


def test_the_last_signature_makes_an_agreement_and_the_seal_puts_it_in_force() -> None:
    stage: Proposal | Agreement = frozen()
    for person in ("mediator", "agent", "worker"):
        stage = sign(stage, person)
    assert isinstance(stage, Agreement)
    assert stage.seal("organisation", NOW).effective_at == NOW


@pytest.mark.parametrize(
    ("intent", "used", "refusal"),
    [
        (SigningIntent("stranger", DIGEST, stated=True), code("stranger"), "not_a_signer"),
        (SigningIntent("worker", "b" * 64, stated=True), code("worker"), "digest_mismatch"),
        (SigningIntent("worker", "无", stated=True), code("worker"), "digest_mismatch"),
        (SigningIntent("worker", DIGEST, stated=False), code("worker"), "intent_missing"),
        (SigningIntent("worker", DIGEST, stated=True), code("agent"), "code_wrong"),
        (SigningIntent("worker", DIGEST, stated=True), code("worker", "b" * 64), "code_wrong"),
        (SigningIntent("worker", DIGEST, stated=True), code("worker", DIGEST, "another"), "code_wrong"),
    ],
)
def test_a_signature_that_is_wrong_in_one_thing_is_refused(intent: SigningIntent, used: UsedCode, refusal: str) -> None:
    with pytest.raises(DomainError) as caught:
        frozen().sign(intent, SigningMode.DRAWN, used, NOW)
    assert caught.value.code == refusal


def test_nobody_signs_twice() -> None:
    with pytest.raises(Conflict) as caught:
        sign(sign(frozen(), "worker"), "worker")
    assert caught.value.code == "already_signed"


def test_an_agent_with_general_authority_cannot_settle() -> None:
    with pytest.raises(Forbidden) as caught:
        draft(Authority.GENERAL).freeze("proposal", DIGEST, NOW)
    assert caught.value.code == "authority_missing"


def test_what_is_not_signed_by_all_is_no_agreement() -> None:
    with pytest.raises(Conflict) as caught:
        sign(frozen(), "worker").complete()  # type: ignore[union-attr]
    assert caught.value.detail["fields"] == ["field_agent", "field_mediator"]
