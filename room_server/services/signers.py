"""Who has to sign an agreement: one person for each party, and the mediator (LDZ 14; QY 26)."""

from __future__ import annotations

from room_server.domain.agreement import Draft, Signer
from room_server.domain.errors import Conflict
from room_server.domain.people import Authority, Participant, Side
from room_server.services.sessions import SessionDetails

PLACES = {
    Side.APPLICANT: ("party_a", "甲方（劳动者）", "Party A (worker)"),
    Side.RESPONDENT: ("party_b", "乙方（用人单位）", "Party B (employer)"),
    Side.MEDIATOR: ("mediator", "调解员", "Mediator"),
}


def draft_of(found: SessionDetails, count: int) -> Draft:
    """The session's draft, as the ``count``-th text that is frozen in it.

    Raises:
        Conflict: ``wrong_state``: a side has nobody who could sign.
    """
    signers = tuple(_signer(found, side) for side in PLACES)
    number = f"{found.case.case_no}协{count}"
    return Draft(found.session.session_id, number, signers)


def _signer(found: SessionDetails, side: Side) -> Signer:
    people = [person for person in found.people if person.side is side and person.removed_at is None]
    if not people:
        raise Conflict("wrong_state", side=str(side))
    person = next((item for item in people if item.authority.may_settle), people[0])
    field, zh, en = PLACES[side]
    name, agent = _names(person)
    return Signer(person.participant_id, field, zh, en, name, side, person.authority, agent)


def _names(person: Participant) -> tuple[str, str | None]:
    """Who is bound, and who signs for them."""
    if person.authority in (Authority.SELF, Authority.MEDIATOR):
        return person.name, None
    return person.party_name, person.name


def paper_name(signer: Signer) -> str:
    """How papers, certificates and the evidence name a signer: in Chinese, whatever language the screens are in."""
    return signer.name if signer.agent is None else f"{signer.name}（代理人 {signer.agent}）"
