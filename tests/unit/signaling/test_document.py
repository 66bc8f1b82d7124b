"""A shared document over in-memory sockets, with real Yjs documents at the other end.

size: one scene, every way in which an update is taken or refused.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pycrdt import Awareness, Doc, XmlElement, XmlFragment, XmlText

from signaling import document as document_module
from signaling import yjs
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import ParticipantId, RoomId
from signaling.messages import CloseCode
from signaling.policy import Grant
from signaling.sharedtext import SharedText
from tests.support.room_ports import DOCUMENT, ROOM, WAIT, Browser, House, MemorySocket, house


class Editor:
    """An editor in a browser: a Yjs document that follows the y-websocket protocol."""

    def __init__(self, home: House, browser: Browser, client: int | None = None) -> None:
        self.doc: Doc[Any] = Doc(client_id=client)
        self.text = self.doc.get("default", type=XmlFragment)
        self.socket = MemorySocket()
        self.awareness: list[bytes] = []
        self.serving = asyncio.create_task(home.hub.serve_document(ROOM, DOCUMENT, self.socket, browser.token))
        self._local: list[bytes] = []
        self._remote = False
        self.doc.observe(lambda event: None if self._remote else self._local.append(event.update))
        self.synced = False

    async def sync(self) -> Editor:
        """Both sides exchange what they have."""
        self.say(yjs.SYNC_STEP_1, self.doc.get_state())
        while not self.synced:
            await self.hear()
        return self

    def say(self, step: int, data: bytes) -> None:
        self.socket.say(yjs.sync_message(step, data))

    async def hear(self) -> int | None:
        """Take one message. Returns the kind of sync message, or None."""
        message = await self.socket.hear()
        assert isinstance(message, bytes), self.socket.closed
        reader = yjs.Reader(message)
        if reader.unsigned() == yjs.AWARENESS:
            self.awareness.append(message)
            return None
        step, data = reader.unsigned(), reader.buffer()
        if step == yjs.SYNC_STEP_1:
            self.say(yjs.SYNC_STEP_2, self.doc.get_update(data))
        else:
            self.synced = True
            self._remote = True
            self.doc.apply_update(data)
            self._remote = False
        return step

    def send_edits(self) -> None:
        for update in self._local:
            self.say(yjs.SYNC_UPDATE, update)
        self._local.clear()

    def write(self, text: str) -> None:
        with self.doc.transaction():
            paragraph = self.text.children.append(XmlElement("paragraph"))
            paragraph.children.append(XmlText(text))
        self.send_edits()

    async def kept(self) -> None:
        """Until the server has taken everything that was said."""
        self.synced = False
        await self.sync()

    async def closed(self) -> int:
        async with asyncio.timeout(WAIT):
            await self.serving
        assert self.socket.closed is not None
        return self.socket.closed[0]

    async def hang_up(self) -> None:
        self.socket.hang_up()
        async with asyncio.timeout(WAIT):
            await self.serving


class Desk:
    """A host, two writers, a reader, and their editors."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.editors: list[Editor] = []

    async def sit(self) -> Desk:
        self.host = await self.home.host()
        self.a = await self.home.arrive("a")
        self.b = await self.home.arrive("b")
        self.reader = await self.home.arrive("reader")
        for name in ("a", "b"):
            await self.host.do("set_writer", document_id=DOCUMENT, participant_id=name, may_write=True)
        return self

    async def edit(self, browser: Browser, client: int | None = None) -> Editor:
        editor = Editor(self.home, browser, client)
        self.editors.append(editor)
        return await editor.sync()

    def content(self) -> Any:
        return self.home.room.document(DOCUMENT).content()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with house() as home:
        opened = await Desk(home).sit()
        yield opened
        for editor in opened.editors:
            editor.socket.hang_up()
            await editor.serving


def paragraphs(*texts: str) -> dict[str, Any]:
    return {
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]} for text in texts],
    }


async def test_what_one_writes_the_others_read_once_it_is_kept(desk: Desk) -> None:
    writer, other, reader = await desk.edit(desk.a), await desk.edit(desk.b), await desk.edit(desk.reader)
    writer.write("甲方于十日内支付😀")
    for editor in (other, reader):
        assert await editor.hear() == yjs.SYNC_UPDATE
        assert str(editor.text) == str(writer.text)
    assert desk.content() == paragraphs("甲方于十日内支付😀")
    assert [author for author, _ in desk.home.policy.updates] == ["a"]
    late = await desk.edit(desk.b)
    assert str(late.text) == str(writer.text)


async def test_an_update_that_is_not_kept_is_not_relayed(desk: Desk) -> None:
    writer, other = await desk.edit(desk.a), await desk.edit(desk.b)
    desk.home.policy.refuse["append_update"] = RuntimeError("disk full")
    writer.write("lost")
    assert await writer.closed() == 1013
    assert desk.content() == {"type": "doc"}
    del desk.home.policy.refuse["append_update"]
    other.write("kept")
    await other.kept()
    assert desk.content() == paragraphs("kept")
    again = Editor(desk.home, desk.a)
    desk.editors.append(again)
    again.doc.apply_update(writer.doc.get_update())
    again._local.clear()
    await again.sync()
    await again.kept()
    assert len(desk.content()["content"]) == 2


async def test_two_who_write_at_once_end_with_the_same_text(desk: Desk) -> None:
    a, b = await desk.edit(desk.a), await desk.edit(desk.b)
    a.write("一")
    b.write("二")
    await a.hear()
    await b.hear()
    assert str(a.text) == str(b.text)
    assert len(desk.content()["content"]) == 2


async def test_a_reader_who_writes_is_refused_and_nothing_changes(desk: Desk) -> None:
    reader = await desk.edit(desk.reader)
    reader.write("篡改")
    assert await reader.closed() == CloseCode.FORBIDDEN
    assert desk.content() == {"type": "doc"} and desk.home.policy.updates == []


async def test_a_reader_who_deletes_is_refused_and_nothing_changes(desk: Desk) -> None:
    writer, reader = await desk.edit(desk.a), await desk.edit(desk.reader)
    writer.write("条款")
    await reader.hear()
    del reader.text.children[0]
    reader.send_edits()
    assert await reader.closed() == CloseCode.FORBIDDEN
    assert desk.content() == paragraphs("条款")
    writer.write("继续")
    await writer.hang_up()
    assert desk.content() == paragraphs("条款", "继续")


async def test_a_reader_syncs_with_a_text_in_which_much_was_deleted(desk: Desk) -> None:
    writer = await desk.edit(desk.a)
    writer.write("先")
    writer.write("后")
    del writer.text.children[0]
    writer.send_edits()
    await writer.kept()
    reader = await desk.edit(desk.reader)
    reader.say(yjs.SYNC_STEP_2, reader.doc.get_update())
    writer.write("再")
    await reader.hear()
    assert str(reader.text) == str(writer.text)


async def test_after_the_freeze_no_update_passes_and_reading_goes_on(desk: Desk) -> None:
    writer, other = await desk.edit(desk.a), await desk.edit(desk.b)
    writer.write("定稿")
    await other.hear()
    digest = (await desk.host.do("freeze_document", document_id=DOCUMENT))["digest"]
    assert desk.home.policy.frozen_content == paragraphs("定稿")
    event = (await desk.reader.event("document_changed"))["document"]
    while not event["frozen"]:
        event = (await desk.reader.event("document_changed"))["document"]
    assert event["digest"] == digest
    writer.write("迟到")
    assert await writer.closed() == CloseCode.FROZEN
    assert desk.content() == paragraphs("定稿")
    late = await desk.edit(desk.reader)
    assert "定稿" in str(late.text)
    assert await desk.host.fail("freeze_document", document_id=DOCUMENT) == "wrong_state"
    await desk.host.do("unfreeze_document", document_id=DOCUMENT, reason="a wrong sum")
    assert await desk.host.fail("unfreeze_document", document_id=DOCUMENT, reason="") == "wrong_state"
    other.write("改")
    await other.hang_up()
    assert desk.content() == paragraphs("定稿", "改")


async def test_an_update_during_the_freeze_waits_and_is_then_refused(desk: Desk) -> None:
    writer = await desk.edit(desk.a)
    desk.home.policy.hold["freeze_document"] = asyncio.Event()
    number = desk.host.tell("freeze_document", document_id=DOCUMENT)
    await asyncio.wait_for(desk.home.policy.reached["freeze_document"].wait(), WAIT)
    writer.write("偷偷")
    await desk.home.settle()
    assert desk.home.policy.updates == []
    desk.home.policy.hold["freeze_document"].set()
    assert (await desk.host.answer(number))["type"] == "ok"
    assert await writer.closed() == CloseCode.FROZEN
    assert desk.content() == {"type": "doc"}


async def test_the_freeze_waits_for_an_update_that_is_being_kept(desk: Desk) -> None:
    writer = await desk.edit(desk.a)
    desk.home.policy.hold["append_update"] = asyncio.Event()
    writer.write("先到")
    await asyncio.wait_for(desk.home.policy.reached["append_update"].wait(), WAIT)
    number = desk.host.tell("freeze_document", document_id=DOCUMENT)
    await desk.home.settle()
    desk.home.policy.hold["append_update"].set()
    assert (await desk.host.answer(number))["type"] == "ok"
    assert desk.home.policy.frozen_content == paragraphs("先到")


async def test_when_the_policy_refuses_the_freeze_the_gate_opens_again(desk: Desk) -> None:
    writer = await desk.edit(desk.a)
    desk.home.policy.refuse["freeze_document"] = SignalingError(ErrorCode.CONFLICT, "no signers")
    assert await desk.host.fail("freeze_document", document_id=DOCUMENT) == "conflict"
    writer.write("继续")
    await writer.hang_up()
    assert desk.content() == paragraphs("继续")


async def test_nobody_writes_under_the_client_id_of_somebody_else(desk: Desk) -> None:
    writer = await desk.edit(desk.a, client=77)
    writer.write("甲方")
    await writer.kept()
    forger = await desk.edit(desk.b, client=77)
    forger.write("伪造")
    assert await forger.closed() == CloseCode.FORBIDDEN
    assert desk.content() == paragraphs("甲方")


async def test_client_ids_keep_their_owner_when_the_room_is_opened_again(desk: Desk) -> None:
    writer = await desk.edit(desk.a, client=77)
    writer.write("甲方")
    await writer.hang_up()
    policy = desk.home.policy
    policy.stored = [update for _, update in policy.updates]
    policy.authors = [author for author, _ in policy.updates]
    policy.writers = [ParticipantId("a"), ParticipantId("b")]
    await desk.host.do("close_room")
    await desk.host.closed()
    again = await desk.home.arrive("b")
    forger = await desk.edit(again, client=77)
    forger.write("伪造")
    assert await forger.closed() == CloseCode.FORBIDDEN
    own = await desk.edit(await desk.home.arrive("a"), client=77)
    own.write("再写")
    await own.hang_up()
    assert desk.content() == paragraphs("甲方", "再写")


async def test_who_loses_the_right_to_write_is_refused_from_then_on(desk: Desk) -> None:
    writer = await desk.edit(desk.a)
    await desk.host.do("set_writer", document_id=DOCUMENT, participant_id="a", may_write=False)
    writer.write("x")
    assert await writer.closed() == CloseCode.FORBIDDEN


async def test_who_is_removed_loses_the_document_socket(desk: Desk) -> None:
    writer = await desk.edit(desk.a)
    await desk.host.do("remove", participant_id="a")
    assert await writer.closed() == CloseCode.FORBIDDEN
    assert desk.home.room.document(DOCUMENT).view().writers == ["b"]


async def test_a_device_that_was_left_gets_no_document_by_a_token_that_was_read_before(desk: Desk) -> None:
    """The other device takes over between the reading of the token and the opening of the text."""
    policy, a = desk.home.policy, ParticipantId("a")
    authenticate, read, gate = policy.authenticate, asyncio.Event(), asyncio.Event()

    async def slowly(room_id: RoomId, token: str) -> Grant:
        grant = await authenticate(room_id, token)
        policy.authenticate = authenticate  # type: ignore[method-assign]
        read.set()
        await gate.wait()
        return grant

    policy.authenticate = slowly  # type: ignore[method-assign]
    late = Editor(desk.home, desk.a)
    async with asyncio.timeout(WAIT):
        await read.wait()
    del policy.grants[ROOM, desk.a.token]
    await desk.home.room.door.hand_over(a, "continued_elsewhere")
    gate.set()
    assert await late.closed() == CloseCode.UNAUTHENTICATED
    assert desk.home.room.document(DOCUMENT).sockets == 0


async def test_whoever_sends_too_much_waits_and_nobody_else_does(desk: Desk) -> None:
    reader, writer = await desk.edit(desk.reader), await desk.edit(desk.a)
    known = reader.doc.get_state()
    padding = bytes(document_module.BYTES_AT_ONCE // 3)
    for _ in range(3):
        reader.socket.say(yjs.sync_message(yjs.SYNC_STEP_1, known) + padding)
    assert await reader.closed() == 1013
    again = Editor(desk.home, desk.reader)
    again.socket.say(yjs.sync_message(yjs.SYNC_STEP_1, known) + padding)
    assert await again.closed() == 1013, "another socket is no way around it"
    writer.write("goes on")
    await writer.kept()
    desk.home.clock.advance(document_module.BYTES_AT_ONCE / document_module.BYTES_PER_SECOND)
    late = await desk.edit(desk.reader)
    assert "goes on" in str(late.text)


async def test_the_document_is_for_people_who_were_let_in() -> None:
    async with house() as home:
        await home.host()
        browser = home.browser("x", admitted=False)
        await browser.join()
        editor = Editor(home, browser)
        assert await editor.closed() == CloseCode.FORBIDDEN


async def test_a_document_socket_that_comes_before_the_rooms_is_told_to_try_again() -> None:
    async with house() as home:
        await home.host()
        browser = home.browser("x", admitted=True)
        early = Editor(home, browser)
        assert await early.closed() == 1013
        await browser.join()
        await Editor(home, browser).sync()


async def test_unknown_tokens_and_documents_are_told_apart(desk: Desk) -> None:
    for document, token, code in (
        (DOCUMENT, "nothing", CloseCode.UNAUTHENTICATED),
        ("other", desk.a.token, CloseCode.NOT_FOUND),
    ):
        socket = MemorySocket()
        await desk.home.hub.serve_document(ROOM, document, socket, token)  # type: ignore[arg-type]
        assert socket.closed is not None and socket.closed[0] == code


@pytest.mark.parametrize(
    "message",
    [
        b"",
        "text",
        b"\x09",
        b"\x00",
        b"\x00\x07\x00",
        b"\x00\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x00\x00\x05\x01",
        b"\x00\x00\x03\x09\x09\x09",
        b"\x01\x03\xff\xff",
        yjs.sync_message(yjs.SYNC_UPDATE, b"\x00" * (document_module.MAXIMUM_UPDATE_BYTES + 1)),
        bytes([yjs.AWARENESS]) + yjs.write_buffer(b"\x00" * (document_module.MAXIMUM_AWARENESS_BYTES + 1)),
        bytes(range(256)) * 8,
    ],
    ids=range(12),
)
async def test_malformed_messages_close_the_socket(desk: Desk, message: bytes | str) -> None:
    writer = await desk.edit(desk.a)
    writer.socket.say(message)
    assert await writer.closed() == CloseCode.BAD_REQUEST
    assert desk.content() == {"type": "doc"}


async def test_an_update_that_builds_on_missing_operations_is_malformed(desk: Desk) -> None:
    writer = await desk.edit(desk.a)
    writer.text.children.append(XmlElement("paragraph"))
    writer._local.clear()
    writer.write("with a gap before it")
    assert await writer.closed() == CloseCode.BAD_REQUEST
    assert desk.content() == {"type": "doc"}


async def test_an_update_outside_the_text_is_malformed(desk: Desk) -> None:
    writer = await desk.edit(desk.a)
    writer.doc.get("hidden", type=XmlFragment).children.append(XmlElement("paragraph"))
    writer.send_edits()
    assert await writer.closed() == CloseCode.BAD_REQUEST


async def test_a_document_that_is_full_takes_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_module, "MAXIMUM_DOCUMENT_BYTES", 300)
    writer = await desk.edit(desk.a)
    writer.write("长" * 200)
    assert await writer.closed() == CloseCode.BAD_REQUEST
    assert desk.content() == {"type": "doc"}


async def test_too_many_messages_close_the_socket(desk: Desk) -> None:
    writer = await desk.edit(desk.a)
    for _ in range(500):
        writer.say(yjs.SYNC_STEP_2, b"\x00\x00")
    assert await writer.closed() == 1013


def awareness_of(doc: Doc[Any], name: str) -> bytes:
    awareness = Awareness(doc)
    awareness.set_local_state({"user": {"name": name}})
    return bytes([yjs.AWARENESS]) + yjs.write_buffer(awareness.encode_awareness_update([doc.client_id]))


async def test_awareness_is_relayed_as_it_came_and_ends_with_the_socket(desk: Desk) -> None:
    a, b = await desk.edit(desk.a), await desk.edit(desk.b)
    message = awareness_of(a.doc, "A")
    a.socket.say(message)
    await b.hear()
    assert b.awareness == [message]
    late = await desk.edit(desk.reader)
    assert late.awareness == [message]
    b.socket.say(message)  # y-websocket echoes what it hears
    await a.hang_up()
    await late.hear()
    (entry,) = yjs.read_awareness(yjs.Reader(late.awareness[-1][1:]).buffer())
    assert (entry.client, entry.state) == (a.doc.client_id, b"null")
    assert len(late.awareness) == 2


async def test_nobody_moves_the_caret_of_somebody_else(desk: Desk) -> None:
    a, b = await desk.edit(desk.a), await desk.edit(desk.b)
    reader = await desk.edit(desk.reader)
    a.socket.say(awareness_of(a.doc, "A"))
    await b.hear()
    await reader.hear()
    forged = Doc(client_id=a.doc.client_id)
    b.socket.say(awareness_of(forged, "forged"))
    b.write("后")
    assert await reader.hear() == yjs.SYNC_UPDATE
    assert len(reader.awareness) == 1


def seeds() -> tuple[SharedText, list[bytes]]:
    """A text, and updates that fit it."""
    source: Doc[Any] = Doc(client_id=11)
    fragment = source.get("default", type=XmlFragment)
    updates: list[bytes] = []
    source.observe(lambda event: updates.append(event.update))
    for number in range(4):
        heading = fragment.children.append(XmlElement("heading", {"level": number}))
        text = heading.children.append(XmlText(f"第{number}条 甲方"))
        text.insert(0, "粗体", {"bold": True})
    kept = len(updates)
    text.format(0, 6, {"link": {"href": "https://example.org"}})
    del fragment.children[1]
    fragment.children.insert(0, XmlElement("paragraph", {}, [XmlText("新")]))
    return SharedText(updates[:kept]), updates[kept:]


async def test_three_thousand_mutated_updates_never_crash_and_change_nothing_when_refused(desk: Desk) -> None:
    rng = random.Random(20261123)
    text, samples = seeds()
    document = desk.home.room.document(DOCUMENT)
    document._text = text
    refused = accepted = 0
    for _ in range(3000):
        data = bytearray(rng.choice(samples))
        for _ in range(rng.randint(1, 4)):
            position = rng.randrange(len(data))
            action = rng.randrange(3)
            if action == 0:
                data[position] = rng.randrange(256)
            elif action == 1:
                data.insert(position, rng.randrange(256))
            elif len(data) > 1:
                del data[position]
        before_state, before = text.state(), text.content()
        kept = len(desk.home.policy.updates)
        editor = await desk.edit(desk.a)
        editor.say(yjs.SYNC_UPDATE, bytes(data))
        await editor.hang_up()
        desk.editors.remove(editor)
        assert editor.socket.closed is not None
        if editor.socket.closed[0] == 1000:
            accepted += 1
        else:
            refused += 1
            assert editor.socket.closed[0] in {CloseCode.BAD_REQUEST, CloseCode.FORBIDDEN}
            assert (text.state(), text.content()) == (before_state, before)
            assert len(desk.home.policy.updates) == kept
        if len(desk.home.policy.updates) != kept:
            document._text = text = seeds()[0]
    assert refused > 1000 and accepted > 10


# ---- what the product writes -----------------------------------------------------------------------------------------

CLAUSE = {
    "type": "paragraph",
    "content": [{"type": "text", "marks": [{"type": "bold"}], "text": "第二条"}, {"type": "text", "text": "　付款。"}],
}


async def insert(desk: Desk, name: str, *, refuse: Exception | None = None) -> list[bytes]:
    """Put a clause before the second node, in somebody's name. What was kept."""
    kept: list[bytes] = []

    async def keep(change: bytes) -> None:
        if refuse is not None:
            raise refuse
        kept.append(change)

    await desk.home.room.document(DOCUMENT).insert(ParticipantId(name), lambda _: (1, [CLAUSE]), keep)
    return kept


async def test_what_is_put_in_for_somebody_is_kept_and_on_every_screen(desk: Desk) -> None:
    writer, reader = await desk.edit(desk.a), await desk.edit(desk.reader)
    for text in ("一", "二"):
        writer.write(text)
        await reader.hear()
    kept = await insert(desk, "a")
    assert desk.content()["content"][1] == CLAUSE
    for editor in (writer, reader):
        assert await editor.hear() == yjs.SYNC_UPDATE
        assert "第二条" in str(editor.text)
    again = SharedText([*(update for _, update in desk.home.policy.updates), *kept])
    assert again.content() == desk.content()


async def test_nothing_is_put_into_a_frozen_text_nor_for_somebody_who_may_not_write(desk: Desk) -> None:
    for name in ("reader", "host"):
        with pytest.raises(SignalingError) as refused:
            await insert(desk, name)
        assert refused.value.code is ErrorCode.FORBIDDEN
    with pytest.raises(LookupError):
        await insert(desk, "a", refuse=LookupError())
    assert desk.content() == {"type": "doc"}
    assert len(await insert(desk, "a")) == 1
    await desk.host.do("freeze_document", document_id=DOCUMENT)
    with pytest.raises(SignalingError) as refused:
        await insert(desk, "a")
    assert refused.value.code is ErrorCode.WRONG_STATE
