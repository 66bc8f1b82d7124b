"""What somebody agreed to decides what the server does: for each purpose what is refused or left out without it."""

from __future__ import annotations

import json
import zipfile
from typing import Any

import pytest

from room_server.bus import Published
from room_server.domain import consent
from room_server.domain.errors import Conflict, Forbidden, NotFound
from room_server.domain.rollcall import Method
from room_server.rules.notices import notices
from room_server.services.dossier_exhibits import SENSITIVE, UNSHARED
from room_server.services.exhibits import Brought
from tests.support.evidence_files import picture
from tests.support.exhibit_room import PICTURE, ExhibitRoom, exhibit_room, stream
from tests.support.product_room import ALONE, LAST4, Product

ACTS = {
    "mediation": "door", "online": "door", "truth_undertaking": "door", "confidentiality": "door",
    "no_recording": "door", "personal_data": "door",
    consent.SHARE: "dossier", consent.ID_NUMBER: "identity", consent.FINANCIAL: "exhibit", consent.MEDICAL: "exhibit",
    consent.RECORDING: "recording", consent.REPLACES_MINUTES: "minutes", consent.CONFIRMATION: "dossier",
    consent.ESIGN: "signing", consent.E_SERVICE: "service",
}  # fmt: skip
"""Every item that is asked, and the part of the server that acts on it."""
SIDES = ("applicant", "respondent", "mediator")


def test_every_item_that_is_asked_has_something_that_follows_from_it() -> None:
    asked = {item.item_id: item for notice in notices() for item in notice.items}
    assert ACTS.keys() == asked.keys()
    assert {name for name, act in ACTS.items() if act == "door"} == {n for n, item in asked.items() if item.required}


async def entries(product: Product, kind: str) -> list[dict[str, Any]]:
    async with product.ports.unit_of_work() as unit:
        return [dict(one.data) for one in await unit.log.read(product.session_id) if one.kind == kind]


async def outbox(product: Product, template: str) -> list[str]:
    async with product.ports.unit_of_work() as unit:
        return [sent.participant_id or "" for sent in await unit.outbox.all() if sent.template == template]


@pytest.mark.parametrize("item", [name for name, act in ACTS.items() if act == "door"])
async def test_without_what_is_required_nobody_gets_through_the_door(product: Product, item: str) -> None:
    worker = await product.person("applicant")
    access = await product.identify("applicant")
    await product.consent(worker)
    await product.services.access.enter(access.room_id, access.token)
    await product.consent(worker, **{item: False})
    with pytest.raises(Forbidden) as caught:
        await product.services.access.enter(access.room_id, access.token)
    assert caught.value.code == "consent_missing"


async def test_whoever_agreed_is_served_by_phone_and_everybody_else_is_to_get_paper(product: Product) -> None:
    worker, agent, host = [await product.person(side) for side in SIDES]
    await product.consent(worker, e_service=True)
    proposal_id = await product.freeze()
    for side in SIDES:
        await product.sign(proposal_id, side)
    await product.services.agreements.seal(proposal_id, host)
    assert await outbox(product, "window_both") == [worker]
    ways = {each["participant"]: each["way"] for each in await entries(product, "served")}
    assert ways == {worker: "phone", agent: "paper"}
    board = await product.services.board(product.session_id)
    for person, way in ways.items():
        piece = board[f"service/{person}"]
        assert piece.value["way"] == way
        assert piece.audience.roles == {"host"} and piece.audience.people == {person}
    told = {e.topic: e.value for e in product.events if isinstance(e, Published) and e.topic.startswith("service/")}
    assert told == {f"service/{person}": board[f"service/{person}"].value for person in ways}


async def test_a_withdrawal_before_the_seal_counts(product: Product) -> None:
    worker, _, host = [await product.person(side) for side in SIDES]
    await product.consent(worker, e_service=True)
    proposal_id = await product.freeze()
    for side in SIDES:
        await product.sign(proposal_id, side)
    await product.consent(worker, e_service=False, esign=True)
    await product.services.agreements.seal(proposal_id, host)
    assert await outbox(product, "window_both") == []


async def test_a_no_to_electronic_signing_gets_no_code_and_signs_nothing(product: Product) -> None:
    worker = await product.person("applicant")
    await product.consent(worker, esign=False)
    proposal_id = await product.freeze()
    before = await product.kinds()
    with pytest.raises(Forbidden) as caught:
        await product.services.agreements.request_code(proposal_id, worker)
    assert caught.value.code == "esign_refused"
    assert await product.kinds() == before and await outbox(product, "one_time_code") == []
    shown = (await product.services.consents.board(product.session_id))[f"consents/{worker}"]
    assert shown.value["esign"] is False and "host" in shown.audience.roles


async def test_a_no_to_the_number_deletes_it_and_a_document_is_the_way_in(product: Product) -> None:
    worker = await product.person("applicant")
    access, secret = product.services.access, product.secret("applicant")
    assert (await access.open_link(secret)).asks_number
    await product.consent(worker, sensitive_id_number=False)
    async with product.ports.unit_of_work() as unit:
        assert await unit.participants.identity_mark(worker) == ""
    assert await entries(product, "identity_number_deleted") == [{"participant": worker}]
    assert not (await access.open_link(secret)).asks_number
    await product.services.sessions.admit(product.session_id, await product.person("mediator"), worker)
    before = await outbox(product, "identity_code")
    with pytest.raises(Conflict) as caught:
        await access.send_code(secret, LAST4["applicant"])
    assert caught.value.code == "number_not_used"
    with pytest.raises(Conflict):
        await access.identify(secret, last4=LAST4["applicant"], code="000000", company=ALONE)
    assert await outbox(product, "identity_code") == before
    await access.ask_document(secret, last4="", company=ALONE)
    assert (await entries(product, "document_asked"))[-1]["method"] == str(Method.DOCUMENT_ASKED)
    async with product.ports.unit_of_work() as unit:
        person = await unit.participants.get(worker)
    assert person.identity_checked_at is None
    assert not person.admitted, "whoever has only the link is looked at before they are in the room"
    await product.consent(worker, sensitive_id_number=False)
    assert len(await entries(product, "identity_number_deleted")) == 1


async def test_where_a_number_is_on_file_nobody_comes_in_without_it(product: Product) -> None:
    with pytest.raises(Forbidden) as caught:
        await product.services.access.ask_document(product.secret("applicant"), last4="", company=ALONE)
    assert caught.value.code == "identity_mismatch"


@pytest.fixture
async def room(product: Product) -> ExhibitRoom:
    return await exhibit_room(product)


async def bring(room: ExhibitRoom, by: str, *holds: str, data: bytes = PICTURE) -> str:
    brought = Brought("病历", "a.jpg", stream(data), holds)
    return (await room.product.services.exhibits.add(room.product.session_id, by, brought)).exhibit_id


@pytest.mark.parametrize("purpose", consent.SENSITIVE)
async def test_an_exhibit_with_what_was_not_agreed_to_is_not_taken(room: ExhibitRoom, purpose: str) -> None:
    for given in ({}, {purpose: False}):
        if given:
            await room.product.consent(room.worker, **given)
        before = await room.product.kinds()
        with pytest.raises(Forbidden) as caught:
            await bring(room, room.worker, purpose)
        assert (caught.value.code, caught.value.detail) == ("exhibit_no_consent", {"purposes": [purpose]})
        assert await room.product.kinds() == before and not list(room.product.folder.glob("**/original"))
    await room.product.consent(room.worker, **{purpose: True})
    exhibit = await bring(room, room.worker, purpose)
    assert (await room.entries("exhibit_added"))[-1]["holds"] == [purpose]
    assert (await room.screen(room.agent))[f"exhibit/{exhibit}"]["holds"] == [purpose]


async def test_a_withdrawal_takes_it_off_every_screen_at_once_and_leaves_the_rest(room: ExhibitRoom) -> None:
    services, worker = room.product.services, room.worker
    await room.product.consent(worker, sensitive_medical=True, sensitive_financial=True)
    ill, paid, plain = [
        await bring(room, worker, *holds) for holds in (["sensitive_medical"], ["sensitive_financial"], [])
    ]
    await services.presentations.present(ill, room.host, 1)
    await room.product.consent(worker, sensitive_medical=False, sensitive_financial=True)
    screen = await room.screen(room.agent)
    assert {each: screen[f"exhibit/{each}"]["withdrawn"] for each in (ill, paid, plain)} == {
        ill: True, paid: False, plain: False,
    }  # fmt: skip
    assert "presentation" not in screen and "presentation" not in room.told()
    with pytest.raises(NotFound):
        await services.exhibits.page(ill, room.agent, 1)
    with pytest.raises(Conflict):
        await services.presentations.present(ill, room.host, 1)
    assert [each["exhibit"] for each in await room.entries("exhibit_withdrawn")] == [ill]


async def dossier(room: ExhibitRoom) -> tuple[bytes, list[Any], dict[str, int]]:
    """All its bytes, the list of exhibits, and what was kept back."""
    product = room.product
    await product.services.sessions.end(product.session_id, room.host, "OTHER")
    filing = await product.services.filing.file_session(product.session_id)
    path = product.ports.blobs.path(filing.key)
    with zipfile.ZipFile(path) as opened:
        files = {name.partition("/data/")[2]: opened.read(name) for name in opened.namelist()}
    kept = {each["kind"]: each["count"] for each in json.loads(files["catalogue.json"])["withheld"]}
    return path.read_bytes(), json.loads(files["exhibits/exhibits.json"]), kept


async def test_what_its_owner_does_not_share_is_no_file_of_the_dossier(room: ExhibitRoom) -> None:
    pictures = [picture(mark=mark) for mark in ("ONE", "TWO", "THREE", "FOUR")]
    await room.product.consent(room.worker, share_confirmation_bodies=True, sensitive_medical=True)
    await bring(room, room.worker, data=pictures[0])
    await bring(room, room.worker, "sensitive_medical", data=pictures[1])
    await bring(room, room.agent, data=pictures[2])
    await bring(room, room.host, data=pictures[3])
    await room.product.consent(room.worker, share_confirmation_bodies=True, sensitive_medical=False)
    content, listed, kept = await dossier(room)
    assert [data in content for data in pictures] == [True, False, False, True]
    assert [each.get("kept_back") for each in listed] == [None, SENSITIVE, UNSHARED, None]
    assert listed[1].keys() == {"number", "side", "sha256", "kept_back"}, "neither title nor name nor views"
    assert (kept[SENSITIVE], kept[UNSHARED]) == (1, 1)
