"""Who they are in the room, and how a moment looks on two screens."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.support.accessibility import problems_of_desk, problems_of_phone
from tests.support.browser import Person


async def id_of(party: Person) -> str:
    return str(await party.see("room").get_attribute("data-participant"))


async def it_looks_well(mediator: Person, applicant: Person, shots: Path, moment: str) -> None:
    found = await asyncio.gather(problems_of_desk(mediator.page), problems_of_phone(applicant.page))
    assert not any(found), found
    for person in (mediator, applicant):
        await person.picture(str(shots / f"{moment}-{person.name}.png"))
