from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from recorder.eventlog import check_chain
from room_server.bus import AccessEnded
from room_server.domain.challenge import Aspect, View
from room_server.domain.comparison import Finding, Outcome, Way
from room_server.domain.offer import Verdict
from room_server.domain.people import Side
from room_server.services.offers import WantedOffer
from room_server.store import database
from room_server.store.append_only import APPEND_ONLY
from room_server.store.database import answers, migrate, open_engine
from room_server.store.schema import metadata
from tests.support.databases import database_of, drop_database, make_database
from tests.support.exhibit_room import exhibit_room
from tests.support.product_room import Product

CHANGES = {
    "event_log": "kind = 'nothing'",
    "document_updates": "participant_id = 'nobody'",
    "consents": "version = '0'",
    "reads": "what = 'nothing'",
    "roll_marks": "answer = '{}'",
    "challenges": "reason = ''",
    "comparisons": "remark = ''",
    "offer_answers": "verdict = 'accept'",
}


async def filled(product: Product) -> None:
    """A row at least in every table that only grows."""
    room = await exhibit_room(product)
    exhibit = await room.bring(room.worker)
    view = View(Aspect.LEGALITY, objects=True, reason="没有来源")
    await product.services.exhibits.challenge(exhibit, room.agent, Side.RESPONDENT, [view])
    finding = Finding(Outcome.AGREES, Way.CAMERA)
    await product.services.comparisons.record(exhibit, room.host, finding)
    wanted = WantedOffer(Side.RESPONDENT, "1", [(product.clock().date() + timedelta(days=2), "1")], "", 1)
    offer = await product.services.offers.make(product.session_id, room.worker, wanted)
    await product.services.offers.answer(offer.offer_id, room.agent, Verdict.DECLINE)
    await product.consent(await product.person("applicant"))
    await product.identify("applicant")
    async with product.ports.unit_of_work() as unit:
        member = await unit.staff.by_username("faguan")
        assert member is not None
        await unit.reads.add(product.session_id, member.staff_id, "record", product.clock())


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_the_database_itself_refuses_to_change_the_record(product: Product, table: str) -> None:
    await filled(product)
    for statement in (f"UPDATE {table} SET {CHANGES[table]}", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with product.engine.begin() as connection:
                await connection.execute(text(statement))


async def test_the_migrations_lead_to_the_schema(tmp_path: Path) -> None:
    await make_database(tmp_path)
    engine = database_of(tmp_path)
    await migrate(engine)
    await migrate(engine)
    async with engine.begin() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    await engine.dispose()
    await drop_database(tmp_path)
    assert differences == []


async def test_entries_that_come_at_once_make_one_unbroken_chain(product: Product) -> None:
    await asyncio.gather(
        *(product.services.sessions.record(product.session_id, "noted", "somebody", {"n": n}) for n in range(20))
    )
    async with product.ports.unit_of_work() as unit:
        entries = await unit.log.read(product.session_id)
    check_chain(entries)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


async def test_what_fails_leaves_nothing_behind_and_tells_nobody(product: Product) -> None:
    before, told = await product.kinds(), len(product.events)
    host = await product.person("mediator")
    with pytest.raises(RuntimeError):
        async with product.ports.unit_of_work() as unit:
            await unit.log.append(product.session_id, at=product.clock(), kind="noted", actor=host, data={})
            raise RuntimeError
    assert (await product.kinds(), len(product.events)) == (before, told)


async def test_capture_numbers_never_come_twice(product: Product) -> None:
    numbers = await asyncio.gather(*(product.services.recording.next_capture_id() for _ in range(10)))
    assert sorted(numbers) == list(range(1, 11))


async def test_an_error_of_the_database_holds_no_values(product: Product) -> None:
    with pytest.raises(IntegrityError) as caught:
        async with product.engine.begin() as connection:
            values = {"username": "zhouhe", "hash": "a secret value"}
            await connection.execute(
                text("INSERT INTO staff (staff_id, username, password_hash) VALUES ('st', :username, :hash)"), values
            )
    assert "a secret value" not in str(caught.value)


@pytest.mark.sqlite
async def test_the_database_says_whether_it_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'some.sqlite3'}")
    assert await answers(engine)
    await engine.dispose()
    (tmp_path / "folder.sqlite3").mkdir()
    monkeypatch.setattr(database, "ANSWER_SECONDS", 0.2)
    broken = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'folder.sqlite3'}")
    assert not await answers(broken)
    await broken.dispose()


async def test_whose_access_ends_is_in_no_private_talk_from_that_commit_on(product: Product) -> None:
    host, worker = await product.person("mediator"), await product.person("applicant")
    await product.let_in(worker)
    await product.services.caucuses.open(product.session_id, "cau_1", [worker, host])
    with pytest.raises(RuntimeError):
        async with product.ports.unit_of_work() as unit:
            unit.publish(AccessEnded(product.session_id, worker, "elsewhere"))
            raise RuntimeError
    [caucus] = await product.services.caucuses.of_session(product.session_id)
    assert caucus.members == (worker, host)
    async with product.ports.unit_of_work() as unit:
        unit.publish(AccessEnded(product.session_id, worker, "elsewhere"))
    [caucus] = await product.services.caucuses.of_session(product.session_id)
    assert (caucus.members, caucus.open) == ((host,), True)
