"""What comes again because its answer was lost makes no second thing: lines, questions, offers, exhibits over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import func, select

from room_server.bus import Bus, Published
from room_server.services.everything import build_services
from room_server.store import exhibit_tables, offer_tables, talk_tables
from room_server.store.unit_of_work import units_of_work
from tests.integration.room_server.test_http_api import enter, sign_in
from tests.support.databases import database_of
from tests.support.evidence_files import picture
from tests.support.exhibit_room import ExhibitRoom, exhibit_room
from tests.support.product_room import Product

KEY = "0f2b8c1de4a94f0c"
PICTURES = {"a": picture(), "b": picture() + b"\0"}
TABLES = {
    "chat": talk_tables.chat_lines,
    "tickets": talk_tables.tickets,
    "offers": offer_tables.offers,
    "exhibits": exhibit_tables.exhibits,
}


@dataclass(frozen=True)
class People:
    room: ExhibitRoom
    worker: httpx.AsyncClient
    agent: httpx.AsyncClient
    mediator: httpx.AsyncClient

    @property
    def product(self) -> Product:
        return self.room.product

    def author(self, what: str) -> httpx.AsyncClient:
        """Whoever sends such a thing: only a mediator asks whether words may be carried across."""
        return self.mediator if what == "tickets" else self.worker

    async def send(self, browser: httpx.AsyncClient, what: str, key: str | None = KEY, **change: Any) -> httpx.Response:
        """Send one with this key; ``change``: another ``place`` or another ``text``."""
        session, text, place = self.product.session_id, change.get("text", "a"), change.get("place", "")
        known = {} if key is None else {"key": key}
        if what == "exhibits":
            headers = {"exhibit-title": quote("工资表"), "exhibit-name": "a.jpg", "exhibit-place": place}
            headers |= {
                "content-type": "application/octet-stream",
                **{f"exhibit-{name}": k for name, k in known.items()},
            }
            params = {"session_id": session}
            return await browser.post("/api/exhibits", content=PICTURES[text], headers=headers, params=params)
        if what == "offers":
            due = (self.product.clock().date() + timedelta(days=30)).isoformat()
            terms = {"payer": "respondent", "amount": "90", "instalments": [{"due": due, "amount": "90"}]}
            body = {**terms, "valid_hours": 24, "conditions": text, "place": place, **known}
            return await browser.post("/api/offers", params={"session_id": session}, json=body)
        body = {"text": text, "place": place, **known} | ({"to": "here"} if what == "chat" else {})
        return await browser.post(f"/api/sessions/{session}/{what}", json=body)

    async def kept(self, what: str) -> int:
        """How many there are."""
        async with self.product.engine.connect() as connection:
            return int((await connection.execute(select(func.count()).select_from(TABLES[what]))).scalar_one())

    def told(self) -> int:
        """How many pieces screens were sent."""
        return len([event for event in self.product.events if isinstance(event, Published)])

    async def apart(self, what: str) -> str:
        """The place where such a thing is sent: questions are asked in a private talk. Its id."""
        if what != "tickets":
            return ""
        await self.room.caucus("cau_1", self.room.worker, self.room.host)
        return "cau_1"


@pytest.fixture
async def people(product: Product) -> AsyncIterator[People]:
    async with product.browser() as worker, product.browser() as agent, product.browser() as mediator:
        worker.headers.update(await enter(worker, product, "applicant"))
        agent.headers.update(await enter(agent, product, "respondent"))
        await sign_in(mediator, product, "zhouhe")
        yield People(await exhibit_room(product), worker, agent, mediator)


@asynccontextmanager
async def restarted(product: Product) -> AsyncIterator[Product]:
    """Another process over the same database: nothing of the first one's memory."""
    engine = database_of(product.folder)
    ports = replace(product.ports, unit_of_work=units_of_work(engine, Bus()))
    yield replace(product, engine=engine, ports=ports, services=build_services(ports))
    await engine.dispose()


@pytest.mark.parametrize("what", TABLES)
async def test_the_same_request_again_is_answered_as_the_first_time(people: People, what: str) -> None:
    place, author = await people.apart(what), people.author(what)
    first = await people.send(author, what, place=place)
    assert first.status_code == 201
    before, log = people.told(), await people.product.kinds()
    again = await people.send(author, what, place=place)
    assert (again.status_code, again.json()) == (201, first.json())
    async with restarted(people.product) as product, product.browser() as browser:
        browser.headers, browser.cookies = author.headers, author.cookies
        later = await people.send(browser, what, place=place)
        assert (later.status_code, later.json()) == (201, first.json())
    assert await people.kept(what) == 1
    assert (people.told(), await people.product.kinds()) == (before, log), "nobody is told, nothing is recorded"
    assert (await people.send(author, what, "another-key-0001", place=place)).status_code == 201
    assert (await people.send(author, what, None, place=place)).status_code == 201
    assert (await people.send(author, what, None, place=place)).status_code == 201
    assert await people.kept(what) == 4, "another key is another thing, and without one each is"


@pytest.mark.parametrize("what", ["chat", "tickets", "offers"])
async def test_several_at_once_make_one(people: People, what: str) -> None:
    place, author = await people.apart(what), people.author(what)
    answers = await asyncio.gather(*(people.send(author, what, place=place) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert await people.kept(what) == 1


async def test_a_file_that_comes_twice_at_once_is_one_exhibit(people: People) -> None:
    answers = await asyncio.gather(*(people.send(people.worker, "exhibits") for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 429]
    assert (await people.send(people.worker, "exhibits")).status_code == 201
    assert await people.kept("exhibits") == 1
    async with restarted(people.product) as product, product.browser() as browser:  # as two processes would get it
        browser.headers = people.worker.headers
        answers = await asyncio.gather(
            *(people.send(one, "exhibits", "another-key-0001") for one in (browser, people.worker))
        )
    assert sorted(answer.status_code for answer in answers) == [201, 429]
    assert await people.kept("exhibits") == 2
    folders = {path.parent for path in people.product.folder.rglob("original")}
    assert len(folders) == 2, "nothing is left of the one that came second"


@pytest.mark.parametrize("what", TABLES)
async def test_a_key_with_something_else_is_refused(people: People, what: str) -> None:
    place, author = await people.apart(what), people.author(what)
    await people.send(author, what, place=place)
    elsewhere = "" if place else "cau_1"
    for change in ({"text": "b", "place": place}, {"place": elsewhere}):
        refused = await people.send(author, what, **change)
        assert (refused.status_code, refused.json()["code"]) == (409, "key_used")
    other = "offers" if what == "chat" else "chat"
    refused = await people.send(author, other, place=place)
    assert (refused.status_code, refused.json()["code"]) == (409, "key_used")
    assert (await people.kept(what), await people.kept(other)) == (1, 0)


async def test_a_key_is_its_senders_alone(people: People) -> None:
    mine = (await people.send(people.worker, "chat")).json()["line_id"]
    theirs = (await people.send(people.agent, "chat")).json()["line_id"]
    assert mine != theirs and await people.kept("chat") == 2
    sent = f"/api/sessions/{people.product.session_id}/sent"
    for browser, made in ((people.worker, mine), (people.agent, theirs), (people.mediator, None)):
        assert (await browser.get(f"{sent}/{KEY}")).json() == {"made": made}
    assert (await people.worker.get(f"{sent}/another-key-0001")).json() == {"made": None}


async def test_what_was_sent_before_a_move_is_known_after_it(people: People) -> None:
    first = await people.send(people.worker, "chat")
    await people.room.caucus("cau_1", people.room.worker, people.room.host)
    again = await people.send(people.worker, "chat")
    assert (again.status_code, again.json()) == (201, first.json())
    strayed = await people.send(people.worker, "chat", "another-key-0001")
    assert strayed.json()["code"] == "moved"
    assert (await people.send(people.worker, "chat", "another-key-0001", place="cau_1")).status_code == 201, (
        "what was refused used no key up"
    )


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 65, "with spaces in it", "a-key-0123456789\n", "一个随机的键一个随机的键一个随机"]
)
async def test_what_is_no_key_is_refused(people: People, key: str) -> None:
    for what in ("chat", "offers"):
        assert (await people.send(people.worker, what, key)).status_code == 400
    if key.isascii() and key.isprintable():
        assert (await people.send(people.worker, "exhibits", key)).status_code == 400
