"""What a killed process left of files on their way is deleted after a day, and nothing that leads anywhere."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from room_server.worker import Sweeper
from tests.support.exhibit_room import exhibit_room
from tests.support.product_room import Product

DAY = 86_400


def files(product: Product) -> set[str]:
    blobs = product.folder / "blobs"
    found = [*(blobs / "exhibits").rglob("*"), *product.ports.scratch.rglob("*")]
    return {each.name for each in found if each.is_file()}


def aged(product: Product, place: Path, seconds: float) -> None:
    """As old as this by the product's clock."""
    moment = product.clock().timestamp() - seconds
    for each in (*place.rglob("*"), place):
        os.utime(each, (moment, moment))


async def test_what_a_killed_process_left_goes_after_a_day_and_an_exhibit_stays(product: Product) -> None:
    room = await exhibit_room(product)
    exhibit = await room.bring(room.worker)
    kept = files(product)
    session = product.folder / "blobs" / "exhibits" / product.session_id
    half_sent = product.ports.scratch / "tmp123"
    half_sent.mkdir(parents=True)
    (half_sent / "half-sent").write_bytes(b"pay slip")
    never = session / "ex_never"
    never.mkdir()
    (never / "never-an-exhibit").write_bytes(b"pay slip")
    (session / exhibit / ".put-half-written").write_bytes(b"pay slip")
    for place in (half_sent, session):
        aged(product, place, DAY - 60)
    assert await product.services.leftovers.sweep() == 0, "it may still be on its way"
    for place in (half_sent, session):
        aged(product, place, DAY + 60)
    assert await product.services.leftovers.sweep() == 2
    assert files(product) == kept
    assert not half_sent.exists() and not never.exists()
    assert (await product.services.exhibits.page(exhibit, room.agent, 1)).startswith(b"\xff\xd8\xff")


async def test_what_fails_holds_nothing_else_up() -> None:
    swept: list[str] = []

    class Failing:
        async def sweep(self) -> None:
            swept.append("failing")
            raise OSError("the disk is away")

    class Working:
        async def sweep(self) -> None:
            swept.append("working")
            done.set()

    done = asyncio.Event()
    sweeper = Sweeper(Failing(), Working())
    sweeper.start()
    async with asyncio.timeout(30):
        await done.wait()
    await sweeper.close()
    assert swept == ["failing", "working"]
