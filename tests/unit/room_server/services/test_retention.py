"""The words of a session are deleted when their time is over, and never before; a hold stops it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from room_server import cli, settings
from room_server.domain.errors import Invalid, NotFound
from room_server.domain.offer import Verdict
from room_server.domain.people import Side
from room_server.domain.retention import TALK_DAYS
from room_server.services.drafting import AGREEMENT
from room_server.services.offers import WantedOffer
from room_server.services.retention import RetentionService
from room_server.store.append_only import UNTIL_FILED
from room_server.worker import Sweeper
from tests.support.product_room import Product

SECRET = "SECRETWORD"
KEY = "a-key-of-the-first-line"
COMMITTED = ("chat_line", "material_committed")
WRITTEN = 8
"""Two lines, a ticket, a note, an offer, its answer, the first text of the draft and an edit of it."""


async def talked(product: Product, *, filed: bool = True) -> str:
    """A session in which somebody wrote, noted, offered and drafted something, and which is over. Its mediator."""
    session, services = product.session_id, product.services
    host, worker = await product.person("mediator"), await product.person("applicant")
    await services.sessions.start(session, host)
    await product.let_in(worker)
    await services.chat.say(session, worker, "here", f"{SECRET} joint", key=KEY)
    await services.caucuses.open(session, "cau_1", [worker, host])
    await services.chat.say(session, worker, "here", f"{SECRET} caucus")
    await services.tickets.ask(session, host, f"{SECRET} ticket")
    await services.notes.save(session, host, "cau_1", f"{SECRET} note", 0)
    await services.caucuses.close(session, "cau_1")
    wanted = WantedOffer(Side.RESPONDENT, "100", [(product.clock().date() + timedelta(days=2), "100")], SECRET, 24)
    offer = await services.offers.make(session, worker, wanted)
    agent = await product.person("respondent")
    await product.let_in(agent)
    await services.offers.answer(offer.offer_id, agent, Verdict.DECLINE)
    await services.drafting.append(session, AGREEMENT, host, f"{SECRET} draft".encode())
    await services.sessions.end(session, host, "OTHER")
    if filed:
        await services.filing.file_session(session)
    return host


async def words(product: Product) -> int:
    """How many things there are that somebody wrote."""
    host = await product.person("mediator")
    async with product.ports.unit_of_work() as unit:
        lines = await unit.lines.of_session(product.session_id)
        tickets = await unit.tickets.of_session(product.session_id)
        notes = await unit.notes.of_author(host)
        offers = await unit.offers.of_session(product.session_id)
        edits = await unit.documents.updates(product.session_id, AGREEMENT)
    answers = [answer for offer in offers for answer in offer.answers]
    return len(lines) + len(tickets) + len(notes) + len(offers) + len(answers) + len(edits)


async def test_the_words_are_there_until_the_day_and_gone_after_it(product: Product) -> None:
    await talked(product)
    assert await words(product) == WRITTEN
    retention = product.services.retention
    product.clock.forward(days=TALK_DAYS, seconds=-1)
    assert await retention.sweep() == [] and await words(product) == WRITTEN
    product.clock.forward(seconds=1)
    before, worker = await product.kinds(), await product.person("applicant")
    assert await product.services.chat.sent(worker, KEY) is not None
    assert await retention.sweep() == [product.session_id]
    assert await words(product) == 0
    assert await product.services.chat.sent(worker, KEY) is None
    assert await product.kinds() == [*before, "talk_deleted"]
    assert await retention.sweep() == [] and (await product.kinds()).count("talk_deleted") == 1


@pytest.mark.sqlite
async def test_the_database_file_has_nothing_of_them_any_more(product: Product) -> None:
    await talked(product)
    product.clock.forward(days=TALK_DAYS)
    await product.services.retention.sweep()
    async with product.engine.connect() as connection:
        await connection.exec_driver_sql("COMMIT")
        await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await connection.exec_driver_sql("BEGIN")
    await product.engine.dispose()
    content = b"".join([file.read_bytes() for file in product.folder.glob("room.sqlite3*")])
    assert SECRET.encode() not in content and b"talk_deleted" in content


async def test_what_is_not_filed_keeps_its_words_and_so_does_the_record_keep_what_it_has(product: Product) -> None:
    host = await talked(product, filed=False)
    product.clock.forward(days=TALK_DAYS * 2)
    assert await product.services.retention.sweep() == []
    await product.services.filing.file_session(product.session_id)
    async with product.ports.unit_of_work() as unit:
        before = [entry.data for entry in await unit.log.read(product.session_id) if entry.kind in COMMITTED]
    assert await product.services.retention.sweep() == [product.session_id]
    async with product.ports.unit_of_work() as unit:
        after = [entry.data for entry in await unit.log.read(product.session_id) if entry.kind in COMMITTED]
    assert (
        len(before) == 4 and after == before and await product.services.notes.of_author(product.session_id, host) == []
    )


async def test_a_hold_stops_it_until_it_is_lifted_and_both_are_on_the_record(product: Product) -> None:
    await talked(product)
    retention, session = product.services.retention, product.session_id
    for reason in ("", "  \n"):
        with pytest.raises(Invalid):
            await retention.hold(session, reason)
    with pytest.raises(NotFound):
        await retention.hold("se_none", "because")
    with pytest.raises(NotFound):
        await retention.lift(session)
    await retention.hold(session, "仲裁中")
    product.clock.forward(days=TALK_DAYS)
    assert await retention.sweep() == [] and await words(product) == WRITTEN
    await retention.hold(session, "诉讼中")
    await retention.lift(session)
    assert await retention.sweep() == [session]
    assert (await product.kinds())[-4:] == ["hold_placed", "hold_placed", "hold_lifted", "talk_deleted"]


async def test_the_database_itself_refuses_to_forget_what_goes_on_or_is_held(product: Product) -> None:
    await talked(product, filed=False)
    await refused(product)
    await product.services.filing.file_session(product.session_id)
    await product.services.retention.hold(product.session_id, "诉讼中")
    await refused(product)
    await product.services.retention.lift(product.session_id)
    for table in UNTIL_FILED:
        with pytest.raises(DBAPIError, match="append-only"):
            async with product.engine.begin() as connection:
                await connection.execute(text(f"UPDATE {table} SET at = at"))
    async with product.ports.unit_of_work() as unit:
        await unit.retention.delete_words(product.session_id)
    assert await words(product) == 0


async def refused(product: Product) -> None:
    """The words of the session cannot be deleted now, by whoever asks the database."""
    with pytest.raises(DBAPIError, match="append-only"):
        async with product.ports.unit_of_work() as unit:
            await unit.retention.delete_words(product.session_id)
    assert await words(product) == WRITTEN


async def test_what_was_agreed_stays_when_the_words_that_led_to_it_go(product: Product) -> None:
    services, session = product.services, product.session_id
    proposal = await product.freeze()
    content = await services.agreements.content(proposal)
    host = await product.person("mediator")
    await services.sessions.start(session, host)
    await services.sessions.end(session, host, "OTHER")
    await services.filing.file_session(session)
    product.clock.forward(days=TALK_DAYS)
    assert await services.retention.sweep() == [session]
    assert await services.agreements.content(proposal) == content
    assert (await services.drafting.load(session, AGREEMENT)).updates == []
    async with product.ports.unit_of_work() as unit:
        assert await unit.filings.get(session) is not None


async def test_zero_days_mean_for_ever_and_other_days_what_they_say(product: Product) -> None:
    await talked(product)
    product.clock.forward(days=10)
    for days, swept in ((0, []), (11, []), (10, [product.session_id])):
        assert await RetentionService(replace(product.ports, talk_days=days)).sweep() == swept


async def test_a_running_service_sweeps_at_its_start_and_then_again(product: Product) -> None:
    await talked(product)
    swept: list[list[str]] = []
    twice = asyncio.Event()

    class Watched(RetentionService):
        async def sweep(self) -> list[str]:
            swept.append(await super().sweep())
            product.clock.forward(days=TALK_DAYS)
            if len(swept) == 2:
                twice.set()
            return swept[-1]

    sweeper = Sweeper(Watched(product.ports), every_seconds=0.001)
    sweeper.start()
    await asyncio.wait_for(twice.wait(), 20)
    await sweeper.close()
    assert swept[:2] == [[], [product.session_id]]


async def test_parties_read_how_long_their_words_are_kept(product: Product) -> None:
    asked, _ = await product.services.consents.of_participant(await product.person("applicant"))
    [body] = [each.text.body for each in asked if each.text.notice.notice_id == "personal_data_general"]
    assert f"双方提出的调解方案和协议草稿的修改过程不进案卷，会议结束满{TALK_DAYS}日后删除" in body
    assert settings.load({}).talk_retention_days == TALK_DAYS


def test_operators_place_a_hold_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIATION_ROOM_ORGANISATION", "甲调解中心")
    folder = ["--data-dir", str(tmp_path)]
    assert cli.main(["hold", "se_none", "--reason", "dispute", *folder]) == 1
    assert "se_none" in capsys.readouterr().err
    assert cli.main(["hold", "se_none", *folder]) == 2
    assert cli.main(["hold", "se_none", "--lift", *folder]) == 1
