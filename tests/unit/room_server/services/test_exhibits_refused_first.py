"""What can be refused without the file is refused before anything of it is read, or at least before pages are made."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from room_server.domain.consent import MEDICAL
from room_server.domain.errors import Conflict, DomainError
from room_server.services import exhibits
from room_server.services.exhibits import Brought
from tests.support.exhibit_room import PICTURE, ExhibitRoom, exhibit_room, stream
from tests.support.product_room import Product

KEY, OTHER_KEY = "a-key-of-somebody-1", "a-key-of-somebody-2"


@pytest.fixture
async def room(product: Product) -> ExhibitRoom:
    return await exhibit_room(product)


class Unread:
    """A file that nobody may begin to read."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        raise AssertionError("the file was read")


async def refused(room: ExhibitRoom, brought: Brought) -> str:
    with pytest.raises(DomainError) as error:
        await room.product.services.exhibits.add(room.product.session_id, room.worker, brought)
    return error.value.code


async def test_a_file_that_says_that_it_is_too_large_is_not_read(room: ExhibitRoom) -> None:
    most = room.product.ports.exhibit_bytes
    assert await refused(room, Brought("x", "a.jpg", Unread(), size=most + 1)) == "exhibit_too_large"


@pytest.mark.parametrize(
    "changed", [{"title": "别的"}, {"name": "b.jpg"}, {"holds": (MEDICAL,)}, {"size": len(PICTURE) + 1}]
)
async def test_another_file_with_a_key_that_was_used_is_not_read(room: ExhibitRoom, changed: dict[str, object]) -> None:
    services, session_id = room.product.services, room.product.session_id
    first = Brought("工资表", "a.jpg", stream(PICTURE), key=KEY, size=len(PICTURE))
    made = await services.exhibits.add(session_id, room.worker, first)
    said = {"title": "工资表", "name": "a.jpg", "size": len(PICTURE), **changed}
    assert await refused(room, Brought(content=Unread(), key=KEY, **said)) == "key_used"  # type: ignore[arg-type]
    again = Brought("工资表", "a.jpg", stream(PICTURE), key=KEY, size=len(PICTURE))
    assert await services.exhibits.add(session_id, room.worker, again) == made


async def test_a_file_with_the_key_of_a_line_is_not_read(room: ExhibitRoom) -> None:
    await room.product.services.chat.say(room.product.session_id, room.worker, "here", "大家好", key=KEY)
    assert await refused(room, Brought("工资表", "a.jpg", Unread(), key=KEY)) == "key_used"


async def test_of_a_file_that_came_too_late_no_pages_are_made(
    room: ExhibitRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unmade(*_: object) -> None:
        raise AssertionError("pages were made")

    async def content() -> AsyncIterator[bytes]:
        yield PICTURE[:1000]
        await room.product.services.sessions.end(room.product.session_id, room.host)
        yield PICTURE[1000:]

    monkeypatch.setattr(exhibits, "make_pages", unmade)
    assert await refused(room, Brought("工资表", "a.jpg", content(), key=OTHER_KEY)) == "wrong_state"


async def test_what_comes_at_the_same_time_is_found_out_before_its_pages_are_made(
    room: ExhibitRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To another process: this one has only its last look at the books to know it by."""
    services, session_id = room.product.services, room.product.session_id
    other = exhibits.ExhibitService(room.product.ports)

    async def content() -> AsyncIterator[bytes]:
        yield PICTURE[:1000]
        first = Brought("工资表", "a.jpg", stream(PICTURE), key=KEY)
        await other.add(session_id, room.worker, first)
        monkeypatch.setattr(exhibits, "make_pages", unmade)
        yield PICTURE[1000:]

    async def unmade(*_: object) -> None:
        raise AssertionError("pages were made")

    assert await refused(room, Brought("工资表", "a.jpg", content(), key=KEY)) == "rate_limited"
    with pytest.raises(Conflict):
        await services.exhibits.add(session_id, room.worker, Brought("x", "a.jpg", Unread(), key=KEY))
