"""Every screen, in both languages and sizes, can be used with a screen reader, a finger and a small phone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.screens import arrival, company, desk, end, links, private_talks, room, shown, signing
from tests.e2e.screens.scene import Scene, scene
from tests.support.browser import chromium
from tests.support.gallery import FOLDER
from tests.support.service import running_service

pytestmark = pytest.mark.browser


@pytest.fixture
async def everybody(tmp_path: Path) -> AsyncIterator[Scene]:
    async with (
        running_service(tmp_path / "data") as service,
        chromium() as browser,
        scene(service, browser, FOLDER) as seated,
    ):
        yield seated


async def test_no_screen_keeps_anybody_out(everybody: Scene) -> None:
    try:
        await desk.the_respondent_and_the_clerk_arrive(everybody)
        await asyncio.gather(arrival.the_way_in(everybody), desk.the_desk_before_the_room(everybody))
        for step in STEPS:
            await everybody.stays()
            await step(everybody)
    finally:
        everybody.gallery.hang()
        print(everybody.gallery.report())
    for person in (everybody.party, everybody.mediator):
        assert person.complaints == [], f"{person.name}: {person.complaints}"
    assert everybody.gallery.wrong == {}


STEPS = (
    arrival.the_waiting_room,
    room.everybody_is_in,
    room.by_keyboard_alone,
    room.the_roll_call,
    room.the_recording,
    room.hands_and_words,
    room.what_is_behind_more,
    room.lines,
    room.exhibits,
    room.offers,
    shown.captions,
    shown.a_shared_screen,
    shown.a_weak_connection,
    shown.devices_that_give_nothing,
    company.many_people,
    private_talks.a_private_talk,
    signing.the_draft_and_the_lock,
    signing.the_signatures,
    links.links_and_refusals,
    end.the_end,
    desk.the_court,
)
