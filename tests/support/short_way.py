"""For browser tests that are not about arriving: what the pages on the way in would ask for, asked without a click."""

from __future__ import annotations

import httpx

from tests.support import room_client
from tests.support.browser import Person
from tests.support.service import Service

CHECKED = "sessionStorage.setItem('checked', 'picture');"
"""What a page keeps of the check of the phone: whoever loads it again goes on where they were."""


DECIDED = """
const later = window.setTimeout;
window.setTimeout = (act, wait, ...given) =>
  later(act, wait === 1000 && document.querySelector("progress.countdown") ? 50 : wait, ...given);
"""
"""The three seconds in which the mediator can take an act back pass at once."""


async def everybody_meets(service: Service, mediator: Person, **parties: Person) -> None:
    """The mediator is in the console and has let everybody in. ``parties``: by side, in the order of their coming."""
    await mediator_conducts(mediator, service)
    for side, party in parties.items():
        await party_waits(party, service, side)
        await let_in(mediator, party)


async def let_in(mediator: Person, party: Person) -> None:
    """Whoever waits longest, who is this party."""
    await mediator.tap("admit")
    await party.waits_for("room")


async def mediator_conducts(mediator: Person, service: Service, username: str = "zhouhe") -> None:
    """Signed in and in the console; ``jilu`` is the clerk."""
    async with _desk(service) as desk:
        await room_client.mediator(desk, service, username)
        await keep_cookies(mediator, desk)
    await mediator.page.add_init_script(DECIDED)
    await mediator.page.goto(service.links["mediator"])
    await mediator.tap("console-enter")
    await mediator.waits_for("console")


async def party_waits(party: Person, service: Service, side: str) -> None:
    """In the waiting room of their side: identity proved, a yes to every purpose."""
    async with _desk(service) as desk:
        access = await room_client.identified(desk, service, side)
        await room_client.agrees_to_everything(desk, access)
        await keep_cookies(party, desk)
    await party.page.add_init_script(CHECKED)
    await party.page.goto(service.links[side])
    await party.waits_for("waiting-room")


def _desk(service: Service) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=service.url)


async def keep_cookies(person: Person, desk: httpx.AsyncClient) -> None:
    """The browser is the device that asked."""
    await person.context.add_cookies(
        [
            {
                "name": one.name,
                "value": one.value or "",
                "domain": one.domain.removesuffix(".local"),
                "path": one.path,
                "httpOnly": True,
                "sameSite": "Strict",
            }
            for one in desk.cookies.jar
        ]
    )
