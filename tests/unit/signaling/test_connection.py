"""Bad and good input on a room's socket."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from signaling.door import ARRIVALS_AT_ONCE, ARRIVALS_PER_SECOND
from signaling.errors import ErrorCode, SignalingError
from signaling.hub import Hub
from signaling.ids import ParticipantId
from signaling.messages import MAXIMUM_MESSAGE_BYTES, CloseCode
from signaling.outbox import MAXIMUM_FRAMES
from signaling.pool import MediaPool
from tests.support.room_ports import ROOM, Browser, House, MemorySocket


async def refused(browser: Browser, message: object) -> tuple[str, int]:
    browser.connect()
    browser.say(message)
    answer = await browser.next()
    assert answer is not None
    return answer["data"]["code"], await browser.closed()


async def test_hello_is_answered_with_a_snapshot_of_what_the_person_may_know(home: House) -> None:
    party = home.browser("a")
    answer = await party.join()
    assert answer["data"]["resumed"] is False
    snapshot = answer["data"]["snapshot"]
    assert snapshot["me"] == "a"
    assert [p["participant_id"] for p in snapshot["participants"]] == ["a"]
    assert snapshot["board"] == {"session": {"state": "open"}}
    assert snapshot["media_epoch"] == 1
    assert answer["data"]["router_capabilities"] == {"codecs": []}


@pytest.mark.parametrize(
    ("message", "code", "close"),
    [
        ("not json", "bad_request", CloseCode.BAD_REQUEST),
        ("[]", "bad_request", CloseCode.BAD_REQUEST),
        ("[" * 100_000, "bad_request", CloseCode.BAD_REQUEST),
        ("\ud800", "bad_request", CloseCode.BAD_REQUEST),
        (b"\x00\x01\x02", "bad_request", CloseCode.BAD_REQUEST),
        ({"v": 2, "id": 1, "type": "hello", "data": {"token": "t"}}, "unsupported_version", CloseCode.BAD_REQUEST),
        ({"v": 1, "id": 1, "type": "ping", "data": {}}, "unauthenticated", CloseCode.UNAUTHENTICATED),
        ({"v": 1, "id": 1, "type": "hello", "data": {}}, "bad_request", CloseCode.BAD_REQUEST),
        ({"v": 1, "id": 1, "type": "hello", "data": {"token": 7}}, "bad_request", CloseCode.BAD_REQUEST),
        (
            {"v": 1, "id": 1, "type": "hello", "data": {"token": "unknown"}},
            "unauthenticated",
            CloseCode.UNAUTHENTICATED,
        ),
        ({"v": 1, "type": "hello", "data": {"token": "t"}}, "bad_request", CloseCode.BAD_REQUEST),
        ({"v": 1, "id": True, "type": "hello", "data": {"token": "t"}}, "bad_request", CloseCode.BAD_REQUEST),
        ({"v": 1, "id": 2**60, "type": "hello", "data": {"token": "t"}}, "bad_request", CloseCode.BAD_REQUEST),
    ],
)
async def test_a_socket_that_does_not_say_a_good_hello_first_is_closed(
    home: House, message: object, code: str, close: int
) -> None:
    assert await refused(home.browser("a"), message) == (code, close)
    assert home.policy.told("joined") == []


async def test_a_socket_that_says_nothing_is_closed() -> None:
    home = House()
    home.hub = Hub(home.policy, MediaPool([home.media]), clock=home.clock, hello_seconds=0.01)
    browser = home.browser("a")
    browser.connect()
    answer = await browser.next()
    assert answer is not None and answer["data"]["code"] == "unauthenticated"
    assert await browser.closed() == CloseCode.UNAUTHENTICATED


async def test_a_token_of_another_room_opens_nothing(home: House) -> None:
    token = home.policy.grant("a")
    socket = MemorySocket()
    with capture_logs() as lines:
        serving = asyncio.create_task(home.hub.serve("room_2", socket))  # type: ignore[arg-type]
        socket.say(f'{{"v":1,"id":1,"type":"hello","data":{{"token":"{token}"}}}}')
        await asyncio.wait_for(serving, 5)
    [line] = [each for each in lines if each["event"] == "a hello was refused"]
    assert (line["room"], line["code"]) == ("room_2", "unauthenticated")
    assert token not in str(lines)
    assert socket.closed == (CloseCode.UNAUTHENTICATED, "unauthenticated")
    assert home.policy.told("open_room") == []


async def test_an_expired_token_is_told_so(home: House) -> None:
    browser = home.browser("a")
    home.clock.advance(200_000)
    answer = await browser.join()
    assert answer["data"]["code"] == "session_expired"
    assert await browser.closed() == CloseCode.UNAUTHENTICATED


@pytest.mark.parametrize(
    ("code", "close"),
    [(ErrorCode.ROOM_LOCKED, CloseCode.FORBIDDEN), (ErrorCode.NOT_FOUND, CloseCode.NOT_FOUND)],
)
async def test_the_refusal_of_the_policy_decides_how_the_socket_closes(
    home: House, code: ErrorCode, close: int
) -> None:
    home.policy.refuse["open_room"] = SignalingError(code, "no", tries_left=4)
    browser = home.browser("a")
    answer = await browser.join()
    assert answer["data"] == {"code": code, "message": "no", "retryable": False, "detail": {"tries_left": 4}}
    assert await browser.closed() == close


async def test_an_unexpected_exception_is_internal_and_its_text_stays_inside(home: House) -> None:
    browser = await home.arrive("a", "host")
    home.policy.refuse["start_recording"] = RuntimeError("password=hunter2")
    answer = await browser.ask("start_recording")
    assert answer["data"]["code"] == "internal" and answer["data"]["retryable"]
    assert "hunter2" not in str(answer)
    await browser.do("ping")


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "null",
        '{"v":1,"id":5,"type":"no_such_command","data":{}}',
        '{"v":1,"id":5,"type":"raise_hand","data":{}}',
        '{"v":1,"id":5,"type":"raise_hand","data":{"raised":"yes"}}',
        '{"v":1,"id":5,"type":"raise_hand","data":{"raised":true,"extra":1}}',
        '{"v":1,"id":5,"type":"raise_hand","data":[]}',
        '{"v":1,"id":-5,"type":"ping","data":{}}',
        '{"v":1,"id":5.5,"type":"ping","data":{}}',
        b"binary",
        '{"v":1,"id":5,"type":"ping","data":{"x":"' + "x" * MAXIMUM_MESSAGE_BYTES + '"}}',
        '{"v":1,"id":5,"type":"publish","data":' + '{"rtp_parameters":' * 5000 + "}" * 5000 + "}",
    ],
)
async def test_garbage_gets_bad_request_and_the_socket_holds(home: House, message: str | bytes) -> None:
    browser = await home.arrive("a")
    browser.say(message)
    answer = await browser.next()
    assert answer is not None and answer["type"] == "error" and answer["data"]["code"] == "bad_request"
    browser.number = 5
    await browser.do("ping")


async def test_repeated_garbage_closes_the_socket(home: House) -> None:
    browser = await home.arrive("a")
    for _ in range(20):
        browser.say(b"\xff\xfe")
    assert await browser.closed() == CloseCode.BAD_REQUEST


async def test_an_id_that_does_not_increase_gets_an_error_without_an_id(home: House) -> None:
    browser = await home.arrive("a")
    browser.number = 9
    await browser.do("ping")
    for stale in (10, 3):
        browser.say({"v": 1, "id": stale, "type": "raise_hand", "data": {"raised": True}})
        answer = await browser.next()
        assert answer is not None and answer["data"]["code"] == "bad_request" and "id" not in answer
    assert home.room.conduct.hand_of(ParticipantId("a")) == (0, None)


async def test_hello_is_said_once(home: House) -> None:
    browser = await home.arrive("a")
    assert await browser.fail("hello", token=browser.token) == "wrong_state"


async def test_too_many_commands_are_refused_until_time_has_passed(home: House) -> None:
    browser = await home.arrive("a")
    numbers = [browser.tell("ping") for _ in range(200)]
    answers = [await browser.answer(number) for number in numbers]
    assert {a["data"].get("code") for a in answers if a["type"] == "error"} == {"rate_limited"}
    assert sum(a["type"] == "ok" for a in answers) == 120
    home.clock.advance(10)
    await browser.do("ping")


async def test_whoever_comes_and_goes_without_end_waits_and_nobody_else_does(home: House) -> None:
    browser = home.browser("a")
    for _ in range(ARRIVALS_AT_ONCE):
        assert (await browser.join())["type"] == "ok"
    before = len(home.policy.told("joined"))
    answer = await browser.join()
    assert (answer["data"]["code"], answer["data"]["retryable"]) == ("rate_limited", True)
    assert await browser.closed() == 1013
    assert len(home.policy.told("joined")) == before, "nothing of it is on the record"
    assert (await home.browser("b").join())["type"] == "ok"
    home.clock.advance(1 / ARRIVALS_PER_SECOND)
    assert (await browser.join())["type"] == "ok"


async def test_a_flood_of_commands_costs_the_socket_and_not_the_place(home: House) -> None:
    browser = await home.arrive("a")
    numbers = [browser.tell("ping") for _ in range(1000)]
    answers = [await browser.answer(number) for number in numbers[:220]]
    assert [a["type"] for a in answers] == ["ok"] * 120 + ["error"] * 100
    assert await browser.closed() == 1013
    assert home.room.participants[ParticipantId("a")].outlet is None
    assert (await browser.join(resuming=True))["data"]["resumed"] is True


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("create_transport", {"direction": "send"}),
        ("subscribe", {"publication_id": "pub_x", "rtp_capabilities": {}}),
        ("raise_hand", {"raised": True}),
        ("admit", {"participant_id": "a"}),
        ("freeze_document", {"document_id": "agreement"}),
    ],
)
async def test_somebody_who_waits_can_only_ping(home: House, name: str, data: dict[str, object]) -> None:
    browser = await home.arrive("a", admitted=False)
    assert await browser.fail(name, **data) == "lobby_denied"
    await browser.do("ping")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("mute_publication", {"publication_id": "pub_x", "muted": True}),
        ("admit", {"participant_id": "a"}),
        ("remove", {"participant_id": "a"}),
        ("start_recording", {}),
        ("stop_recording", {"reason": "enough"}),
        ("set_writer", {"document_id": "agreement", "participant_id": "a", "may_write": True}),
        ("freeze_document", {"document_id": "agreement"}),
        ("unfreeze_document", {"document_id": "agreement", "reason": ""}),
        ("close_room", {}),
    ],
)
async def test_only_a_host_gives_host_commands(home: House, name: str, data: dict[str, object]) -> None:
    browser = await home.arrive("a")
    calls = len(home.policy.calls)
    assert await browser.fail(name, **data) == "forbidden"
    assert len(home.policy.calls) == calls


async def test_a_slow_reader_is_disconnected(home: House) -> None:
    slow = await home.arrive("slow")
    other = await home.arrive("other")
    slow.socket.reading.clear()
    for number in range(MAXIMUM_FRAMES + 10):
        home.room.set_board("count", number + 1)
        await other.event("board_changed")
    assert slow.serving is not None
    await asyncio.wait_for(asyncio.shield(slow.serving), 5)
    assert slow.socket.closed is not None and slow.socket.closed[0] == CloseCode.SLOW_READER
    assert home.room.participants["slow"].presence == "dropped"  # type: ignore[index]


async def test_a_second_socket_of_the_same_person_replaces_the_first(home: House) -> None:
    first = await home.arrive("a")
    second = home.browser("a")
    await second.join()
    assert await first.closed() == CloseCode.REPLACED
    await second.do("ping")
    assert home.room.participants["a"].presence == "present"  # type: ignore[index]
    assert home.policy.told("connection_lost") == []


async def test_every_command_gets_one_answer_with_its_own_id(home: House) -> None:
    browser = await home.arrive("a")
    numbers = [browser.tell("raise_hand", raised=bool(n % 2)) for n in range(40)]
    answers = []
    while len(answers) < len(numbers):
        message = await browser.next()
        assert message is not None
        if message["type"] == "ok":
            answers.append(message["id"])
    assert answers == numbers


async def test_the_server_going_down_closes_sockets_with_service_restart(home: House) -> None:
    browser = await home.arrive("a")
    await home.hub.close()
    assert await browser.closed() == 1012
    assert home.policy.told("left") == []
    assert home.hub.room(ROOM) is not None
