"""The service is upgraded while people are in it: their pages say so, and who loses nothing has the new one at once."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import expect

from room_server.settings import Settings
from tests.support.accessibility import problems_of_desk, problems_of_phone, watch
from tests.support.browser import DESKTOP, PHONE, Person, chromium
from tests.support.gallery import LANGUAGES, other_language
from tests.support.service import healthy, running_service
from tests.support.short_way import everybody_meets, party_waits
from tests.support.waiting import until

pytestmark = pytest.mark.browser
LINE = "可以分两期付"
SCRIPT = "() => document.querySelector('script[type=module][src]').src.split('/').pop()"


async def test_pages_learn_that_there_is_a_newer_one(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    await asyncio.to_thread(shutil.copytree, Settings().frontend_dir, pages)
    async with running_service(tmp_path / "data", frontend_dir=str(pages)) as service, chromium() as browser:
        mediator = await Person.sits_down(browser, "mediator", DESKTOP)
        applicant = await Person.sits_down(browser, "applicant", PHONE)
        respondent = await Person.sits_down(browser, "respondent", PHONE, locale="en-US")
        everybody = (mediator, applicant, respondent)
        for person in (mediator, applicant):
            await watch(person)
        await everybody_meets(service, mediator, applicant=applicant)
        await party_waits(respondent, service, "respondent")
        for _ in LANGUAGES:
            await other_language(applicant)  # its words are loaded when it is first chosen, and will be gone
        await applicant.picks("ctrl-chat")
        await applicant.see("chat-text").fill(LINE)
        old = await applicant.page.evaluate(SCRIPT)
        for person in everybody:
            await expect(person.see("newer")).to_have_count(0)

        new = await asyncio.to_thread(another_build, pages)
        service.kill("room_server.cli")
        await until(lambda: healthy(service.url), 30)

        # Whoever speaks is told, and goes on; whoever waits has nothing to lose and has the new page.
        for person in (mediator, applicant):
            await person.waits_for("newer")
            await person.sees_and_hears(1)
            assert await person.page.evaluate(SCRIPT) == old
        await respondent.page.wait_for_function(f"({SCRIPT})() === '{new}'")
        await respondent.waits_for("waiting-room")
        assert await problems_of_desk(mediator.page) == []
        assert await problems_of_phone(applicant.page) == []
        for language in LANGUAGES:
            for person in (mediator, applicant):
                await person.picture(str(tmp_path / f"newer-{person.name}-{language}.png"))
            await other_language(applicant)
        await expect(applicant.see("chat-text")).to_have_value(LINE)

        await applicant.tap("newer-reload")
        await applicant.page.wait_for_function(f"({SCRIPT})() === '{new}'")
        await expect(applicant.see("chat-text")).to_have_value(LINE)
        await applicant.sees_and_hears(1)
        for person in (applicant, respondent):
            await expect(person.see("newer")).to_have_count(0)


def another_build(pages: Path) -> str:
    """The same pages as if they were built anew: every script has another name, and the old ones are gone."""
    assets = pages / "assets"
    scripts = re.compile("|".join(re.escape(file.name) for file in assets.glob("*.js")))
    for file in [pages / "index.html", pages / ".vite" / "manifest.json", *assets.iterdir()]:
        if file.suffix in (".br", ".gz"):
            file.unlink()
        elif file.suffix in (".js", ".json", ".html"):
            file.write_text(scripts.sub(lambda name: f"new-{name[0]}", file.read_text()))
    for file in list(assets.glob("*.js")):
        file.rename(assets / f"new-{file.name}")
    found = re.search(r'src="/assets/([\w-]+\.js)"', (pages / "index.html").read_text())
    assert found is not None
    return found[1]
