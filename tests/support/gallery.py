"""Screens looked at in every size and language: what is wrong with them, a picture of each, and a page of all pictures.

The pictures are build artefacts: ``build/screens/NAME-SIZE-LANGUAGE.png`` and ``index.html`` beside them, or the folder
that the environment variable ``SCREENS`` names. Languages are changed by the page's own switch, sizes by the window's.

An ordinary run looks at each size and each language once a screen; ``SCREENS_THOROUGH=1`` (``make screens``) at every
size in every language, which takes about twice as long.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Container, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from playwright.async_api import Page

from tests.support.accessibility import FINGER, NARROW, problems_of_desk, problems_of_language, problems_of_shape
from tests.support.browser import DESKTOP, PHONE, Person

FOLDER = Path(os.environ.get("SCREENS", "build/screens"))
SIZES = {"desktop": DESKTOP, "phone": PHONE}
View = tuple[str, str]
"""A size and a language."""
JUDGED: frozenset[View] = frozenset({("phone", "zh-CN"), ("desktop", "en")})
"""What an ordinary run looks at: each size and each language once a screen."""
THOROUGH = os.environ.get("SCREENS_THOROUGH") == "1"
LAPTOP = {"width": 1280, "height": 720}
"""The lowest window that the console is made for."""
ZOOMED = {"width": 640, "height": 400}  # 1280×800 at 200 %
LANGUAGES = ("zh-CN", "en")
OFFICE = {"mediator", "court", "demo"}
LARGE = "(large) => { document.documentElement.dataset.type = large ? 'large' : ''; }"
LANGUAGE = "() => document.documentElement.lang"
PRESS_SWITCH = """
() => {
  const press = (selector) => { const one = document.querySelector(selector); one?.click(); return one !== null; };
  if (press("button.tool[lang]")) return true;
  return press("[data-testid=ctrl-more]") && null;
}
"""
HAS_SWITCH = "() => document.querySelector('button.tool[lang], [data-testid=ctrl-more]') !== null"
WAIT_FOR = "(lang) => document.documentElement.lang === lang"
REACHABLE = """
(selector) => {
  const one = document.querySelector(selector);
  if (!one) return `${selector} is not there`;
  one.scrollIntoView({ block: "center" });
  const box = one.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const top = document.elementFromPoint(x, y);
  return top && (one.contains(top) || top.contains(one)) ? null : `${selector} is out of reach at ${x}, ${y}`;
}
"""


async def other_language(person: Person) -> str:
    """Press the page's switch, in a room the one behind "More"; the language that it shows then."""
    page = person.page
    before = await page.evaluate(LANGUAGE)
    after = next(each for each in LANGUAGES if each != before)
    if not await page.evaluate(PRESS_SWITCH):
        await page.locator(".more button.tool[lang]").evaluate("(one) => one.click()")
        await page.locator("[data-testid=more-close]").evaluate("(one) => one.click()")
    await page.wait_for_function(WAIT_FOR, arg=after)
    return after


@dataclass
class Gallery:
    """What was found and shown so far. ``data``: names, titles and lines of people, which have no other language."""

    folder: Path
    data: list[str] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    shown: dict[str, list[str]] = field(default_factory=dict)

    async def look(self, person: Person, screen: str, views: Container[View] = JUDGED) -> None:
        """In the language of now: in both sizes when the run is thorough, in those of ``views`` when it is not."""
        page = person.page
        usual = page.viewport_size
        language = await page.evaluate(LANGUAGE)
        for name, size in SIZES.items():
            if not THOROUGH and (name, language) not in views:
                continue
            await page.set_viewport_size(size)  # type: ignore[arg-type]
            found = await problems_of_desk(page)
            small = FINGER if name == "phone" and person.name not in OFFICE else None
            found += await problems_of_shape(page, small)
            found += await problems_of_language(page, self.data)
            self._keep(f"{screen}, {name}, {language}", found)
            await self._picture(page, screen, f"{name}-{language}")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        self._keep(f"{screen}, 320 px, {language}", await problems_of_shape(page, None))
        await page.set_viewport_size(usual)  # type: ignore[arg-type]

    @asynccontextmanager
    async def on_a_laptop(self, person: Person, screen: str) -> AsyncIterator[None]:
        """Look in a low window, and stay in it for a while."""
        page = person.page
        usual = page.viewport_size
        language = await page.evaluate(LANGUAGE)
        await page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
        found = await problems_of_desk(page) + await problems_of_shape(page, None)
        self._keep(f"{screen}, laptop, {language}", found)
        await self._picture(page, screen, f"laptop-{language}")
        yield
        await page.set_viewport_size(usual)  # type: ignore[arg-type]

    async def look_in_both(self, person: Person, screen: str) -> None:
        """In both languages; the language of before comes back. A page without a switch keeps the one that it has."""
        for _ in LANGUAGES:
            await self.look(person, screen)
            if not await person.page.evaluate(HAS_SWITCH):
                return
            await other_language(person)

    async def glance(self, person: Person, screen: str) -> None:
        """In both languages when the run is thorough; else only as the person has it before them."""
        if THOROUGH:
            await self.look_in_both(person, screen)
            return
        size = next(name for name, size in SIZES.items() if size == person.page.viewport_size)
        await self.look(person, screen, {(size, await person.page.evaluate(LANGUAGE))})

    async def look_at_question(self, person: Person, screen: str, *asks: str, **which: str) -> None:
        """The second step of an act, asked anew in each language. ``asks``: test ids to press one after the other."""
        for _ in LANGUAGES:
            for testid in asks[:-1]:
                await person.tap(testid)
            await person.tap(asks[-1], **which)
            await self.look(person, screen)
            await person.page.keyboard.press("Escape")
            await other_language(person)

    async def enlarge(self, person: Person, screen: str, act: str) -> None:
        """At 200 % and in large type nothing is lost: in the language of now, in both when the run is thorough.

        ``act``: test id of what one does there.
        """
        await self._enlarge(person, screen, act)
        if THOROUGH and await person.page.evaluate(HAS_SWITCH):
            await other_language(person)
            await self._enlarge(person, screen, act)
            await other_language(person)

    async def _enlarge(self, person: Person, screen: str, act: str) -> None:
        page = person.page
        usual = page.viewport_size
        language = await page.evaluate(LANGUAGE)
        await page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]
        found = await problems_of_shape(page, None)
        out_of_reach = await page.evaluate(REACHABLE, f'[data-testid="{act}"]')
        self._keep(f"{screen}, 200 %, {language}", found + ([out_of_reach] if out_of_reach else []))
        await self._picture(page, screen, f"zoomed-{language}")
        if person.name not in OFFICE:
            await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            await page.evaluate(LARGE, True)
            self._keep(f"{screen}, large type, {language}", await problems_of_shape(page, FINGER))
            await self._picture(page, screen, f"large-{language}")
            await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
            self._keep(f"{screen}, large type at 320 px, {language}", await problems_of_shape(page, None))
            await page.evaluate(LARGE, False)
        await page.set_viewport_size(usual)  # type: ignore[arg-type]

    def _keep(self, where: str, found: Sequence[str]) -> None:
        if found:
            self.wrong[where] = list(found)

    async def _picture(self, page: Page, screen: str, view: str) -> None:
        name = f"{screen}-{view}.png"
        await page.screenshot(path=self.folder / name)
        self.shown.setdefault(screen, []).append(name)

    def hang(self) -> None:
        """Write the page that shows all pictures, those of a screen side by side."""
        rows = "".join(
            f"<h2>{escape(screen)}</h2><p>"
            + "".join(f'<a href="{name}"><img src="{name}" alt="{name}" loading="lazy"></a>' for name in names)
            + "</p>"
            for screen, names in sorted(self.shown.items())
        )
        style = "body{font-family:sans-serif}p{display:flex;gap:8px;align-items:start}img{height:420px}"
        page = f"<!doctype html><meta charset=utf-8><title>Screens</title><style>{style}</style>{rows}"
        (self.folder / "index.html").write_text(page)

    def report(self) -> str:
        return "\n".join(f"{where}\n  " + "\n  ".join(found) for where, found in self.wrong.items())
