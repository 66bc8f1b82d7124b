"""A client that makes up its own commands gets nothing: refused with the right code, logged, and nothing has changed.

The table names every command there is: a new one has to choose what a party may do with it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from signaling.commands import HOST_ONLY
from signaling.ids import ParticipantId
from signaling.messages import COMMANDS, Json
from tests.support.room_ports import Browser, House, house

OWN = None
"""A command that everybody who was let in may give, about what is their own."""


@dataclass
class Table:
    """A host, one person of each side with tracks, an observer, somebody who waits; what there is to reach for."""

    home: House
    host: Browser
    victim: Browser
    browsers: dict[str, Browser]
    send: str = ""
    receive: str = ""
    publication: str = ""
    subscription: str = ""
    caucus: str = ""


@dataclass(frozen=True)
class Attempt:
    """What is tried, and how it is refused; ``code`` OWN: it is not, for people who were let in."""

    code: str | None
    data: Callable[[Table], Json] = lambda table: {}


def about(participant_id: str, **rest: Any) -> Callable[[Table], Json]:
    return lambda table: {"participant_id": participant_id, **rest}


H = "forbidden"
ATTEMPTS: dict[str, Attempt] = {
    "hello": Attempt("wrong_state", lambda table: {"token": "token-host"}),
    "ping": Attempt(OWN),
    "create_transport": Attempt(OWN, lambda table: {"direction": "send"}),
    "connect_transport": Attempt(
        "not_found", lambda table: {"transport_id": table.send, "dtls_parameters": {"role": "client"}}
    ),
    "restart_ice": Attempt("not_found", lambda table: {"transport_id": table.receive}),
    "publish": Attempt(
        "not_found",
        lambda table: {"transport_id": table.send, "kind": "audio", "source": "microphone", "rtp_parameters": {}},
    ),
    "unpublish": Attempt("forbidden", lambda table: {"publication_id": table.publication}),
    "set_publication_paused": Attempt("forbidden", lambda table: {"publication_id": table.publication, "paused": True}),
    "mute_publication": Attempt(H, lambda table: {"publication_id": table.publication, "muted": True}),
    "subscribe": Attempt("not_found", lambda table: {"publication_id": "pub_none", "rtp_capabilities": {}}),
    "resume_subscription": Attempt("not_found", lambda table: {"subscription_id": table.subscription}),
    "pause_subscription": Attempt("not_found", lambda table: {"subscription_id": table.subscription}),
    "set_subscription_size": Attempt(
        "not_found", lambda table: {"subscription_id": table.subscription, "width": 1, "height": 1}
    ),
    "unsubscribe": Attempt("not_found", lambda table: {"subscription_id": table.subscription}),
    "raise_hand": Attempt(OWN, lambda table: {"raised": True}),
    "want_break": Attempt(OWN, lambda table: {"wanted": True}),
    "write_caption": Attempt(H, about("victim", text="none of mine", place="")),
    "tell_trouble": Attempt(OWN, lambda table: {"source": "camera", "trouble": "absent"}),
    "answer_ask": Attempt("wrong_state", lambda table: {"source": "microphone", "agreed": True}),
    "lower_hand": Attempt(H, about("victim")),
    "move_hand": Attempt(H, about("victim", place=1)),
    "give_word": Attempt(H, about("victim")),
    "ask_to_switch_on": Attempt(H, about("victim", source="camera")),
    "mute_all": Attempt(H),
    "allow_sharing": Attempt(H, about("crook", allowed=True)),
    "spotlight": Attempt(H, about("crook")),
    "start_timer": Attempt(H, lambda table: {"kind": "break", "seconds": 60}),
    "stop_timer": Attempt(H),
    "lock_room": Attempt(H, lambda table: {"locked": True}),
    "admit": Attempt(H, about("waits")),
    "remove": Attempt(H, about("victim")),
    "start_recording": Attempt(H),
    "stop_recording": Attempt(H, lambda table: {"reason": "enough"}),
    "pause_recording": Attempt(H, lambda table: {"reason": "none of yours"}),
    "continue_recording": Attempt(H),
    "set_writer": Attempt(H, about("crook", document_id="agreement", may_write=True)),
    "freeze_document": Attempt(H, lambda table: {"document_id": "agreement"}),
    "unfreeze_document": Attempt(H, lambda table: {"document_id": "agreement", "reason": ""}),
    "open_caucus": Attempt(H, lambda table: {"participant_ids": ["victim"], "in_seconds": 0}),
    "close_caucus": Attempt(H, lambda table: {"caucus_id": table.caucus}),
    "enter_caucus": Attempt(H, lambda table: {"caucus_id": table.caucus}),
    "leave_caucus": Attempt(H),
    "close_room": Attempt(H),
}
REFUSED = [name for name, attempt in ATTEMPTS.items() if attempt.code is not OWN]


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    async with house() as home:
        host = await home.host()
        victim = await home.arrive("victim", side="respondent")
        private = await home.arrive("private", side="applicant")
        browsers = {
            "crook": await home.arrive("crook", side="applicant"),
            "observer": await home.arrive("observer", "observer", "applicant"),
            "waits": await home.arrive("waits", admitted=False),
        }
        table = Table(home, host, victim, browsers)
        table.send, table.receive = await victim.open_transports()
        table.publication = await victim.publish(table.send)
        send, _ = await host.open_transports()
        subscribed = await victim.do("subscribe", publication_id=await host.publish(send), rtp_capabilities={})
        table.subscription = subscribed["subscription_id"]
        await victim.do("raise_hand", raised=True)
        table.caucus = (await host.do("open_caucus", participant_ids=["private"], in_seconds=0))["caucus_id"]
        home.clock.advance(0)
        await home.settle()
        await private.open_transports()
        yield table


def everything(home: House) -> Any:
    """What everybody knows, what the worker holds, what the product was asked."""
    room, media = home.room, home.media
    known = {name: msgspec.to_builtins(room.snapshot(person, seq=0)) for name, person in room.participants.items()}
    held = (dict(media.transports), dict(media.publications), dict(media.subscriptions), dict(media.sizes))
    told = [call for call in home.policy.calls if call[0] != "authenticate"]
    return known, held, told, room.conduct.locked, room.door.removals(ParticipantId("victim"))


def test_the_table_has_every_command_and_agrees_with_the_room_about_hosts() -> None:
    assert ATTEMPTS.keys() == COMMANDS.keys()
    assert {COMMANDS[name] for name, attempt in ATTEMPTS.items() if attempt.code == H} >= HOST_ONLY
    for name in ("unpublish", "set_publication_paused"):
        assert COMMANDS[name] not in HOST_ONLY


async def refused(table: Table, browser: Browser, name: str, code: str) -> None:
    before = everything(table.home)
    with capture_logs() as lines:
        assert await browser.fail(name, **ATTEMPTS[name].data(table)) == code
    await table.home.settle()
    assert everything(table.home) == before
    if code in ("forbidden", "not_found", "lobby_denied"):
        noted = [line for line in lines if line["event"] == "a command was refused"]
        assert [(line["command"], line["code"]) for line in noted] == [(name, code)]


@pytest.mark.parametrize("who", ["crook", "observer"])
@pytest.mark.parametrize("name", REFUSED)
async def test_neither_a_party_nor_an_observer_reaches_for_more_than_is_theirs(
    table: Table, who: str, name: str
) -> None:
    code = ATTEMPTS[name].code
    assert code is not OWN
    await refused(table, table.browsers[who], name, code)


@pytest.mark.parametrize("name", [name for name in ATTEMPTS if name != "ping"])
async def test_who_waits_does_nothing_at_all(table: Table, name: str) -> None:
    await refused(table, table.browsers["waits"], name, "lobby_denied")


@pytest.mark.parametrize("name", [name for name in ATTEMPTS if name != "ping"])
async def test_what_a_removed_person_had_under_way_is_not_done(table: Table, name: str) -> None:
    crook, home = table.browsers["crook"], table.home
    await table.host.do("remove", participant_id="crook")
    await home.settle()
    before = everything(home)
    crook.tell(name, **ATTEMPTS[name].data(table))
    assert await crook.closed() == 4403
    await home.settle()
    assert everything(home) == before
    assert ParticipantId("crook") not in home.room.participants


WHEREVER = {"admit", "remove", "set_writer"}
"""What a host does with somebody of the session, wherever they are."""
BESIDE = [
    name
    for name, command in COMMANDS.items()
    if "participant_id" in {each.name for each in msgspec.structs.fields(command)} and name not in WHEREVER
]


@pytest.mark.parametrize("name", BESIDE)
async def test_a_host_reaches_for_nobody_across_the_wall_of_a_private_talk(table: Table, name: str) -> None:
    before = everything(table.home)
    with capture_logs() as lines:
        data = {**ATTEMPTS[name].data(table), "participant_id": "private"}
        assert await table.host.fail(name, **data) == "not_found"
    await table.home.settle()
    assert everything(table.home) == before
    assert [line["code"] for line in lines if line["event"] == "a command was refused"] == ["not_found"]


async def test_a_removed_person_has_no_way_back_by_what_they_kept(table: Table) -> None:
    crook, home = table.browsers["crook"], table.home
    handle, token, seq = crook.resume, crook.token, crook.seq
    send, _ = await crook.open_transports()
    await table.host.do("remove", participant_id="crook")
    await home.settle()
    before = everything(home)
    for resume in (None, handle):
        crook.connect()
        answer = await crook.ask("hello", token=token, resume=resume, last_seq=seq)
        assert answer["data"]["code"] == "unauthenticated"
        assert await crook.closed() == 4401
    assert everything(home) == before and send not in home.media.transports
    # Another person who was given the handle starts anew: it opens nothing of the one who was removed.
    helper = table.browsers["observer"]
    helper.connect()
    answer = await helper.ask("hello", token=helper.token, resume=handle, last_seq=seq)
    assert answer["data"]["resumed"] is False and answer["data"]["snapshot"]["me"] == "observer"


async def test_nobody_takes_over_a_socket_with_the_handle_of_somebody_else(table: Table) -> None:
    crook = table.browsers["crook"]
    crook.connect()
    answer = await crook.ask("hello", token=crook.token, resume=table.victim.resume, last_seq=table.victim.seq)
    assert answer["data"]["resumed"] is False and answer["data"]["snapshot"]["me"] == "crook"
    await table.victim.do("ping")
