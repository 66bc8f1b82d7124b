"""Somebody who has no mouse: Tab, Enter, Space and arrows, with a focus that is seen at every stop."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession

from tests.support.browser import Person

STOP = """
() => {
  const one = document.activeElement;
  // where a page begins is no stop, also when it began while the key was on its way
  if (!one || one === document.body || one.tabIndex < 0 || one.dataset.placed !== undefined) return null;
  // the ring of a choice or a box is drawn around its label, that of the draft around its paper
  const around = ".radio, .choice label, .composer, .note, .draft__holder";
  const over = one.closest(".add-form__pick")?.querySelector(".btn"); // the field for a file lies over its button
  const seen = [one, one.closest("label"), one.closest(around), over].filter(Boolean);
  const ring = seen.some((each) => {
    const style = getComputedStyle(each);
    return style.boxShadow !== "none" || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0);
  });
  const name = one.dataset.testid ?? one.closest("label")?.dataset.testid ?? "";
  return { name, ring, participant: one.dataset.participant ?? "", words: one.outerHTML.slice(0, 120) };
}
"""
STOP_NOW = STOP.replace(" || one.tabIndex < 0 || one.dataset.placed !== undefined", "")
"""The same, headings that were given the focus among them."""
MOST = 90


async def goes_to(person: Person, testid: str, participant: str = "") -> None:
    """Press Tab until the focus is there; it is seen wherever it stops on the way."""
    await person.see(testid).first.wait_for()
    for _ in range(MOST):
        await person.page.keyboard.press("Tab")
        stop = await person.page.evaluate(STOP)
        assert stop is None or stop["ring"], f"nobody sees the focus on {stop['words']}"
        if stop is not None and stop["name"] == testid and participant in ("", stop["participant"]):
            return
    raise AssertionError(f"{testid} is not reached with {MOST} presses of Tab")


async def presses(person: Person, testid: str, key: str = "Enter", participant: str = "") -> None:
    """Go there and press a key."""
    await goes_to(person, testid, participant)
    await person.page.keyboard.press(key)


AREAS = {"generic", "main", "region", "article", "tabpanel"}
"""What is reached only to be scrolled: its words are those in it."""
NOW = """
() => {
  const one = document.activeElement;
  const box = one?.getBoundingClientRect();
  const nowhere = !one || one === document.body || !one.checkVisibility({ visibilityProperty: true });
  const inSight = box && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  return { nowhere, inSight: Boolean(inSight), words: one?.outerHTML.slice(0, 120) ?? "" };
}
"""
HEARD = """
(words) => [...document.querySelectorAll("[role=status], [role=alert], [aria-live=polite]")]
  .some((one) => one.checkVisibility() && new RegExp(words).test(one.textContent))
"""


@dataclass
class Stop:
    """Where the focus is, as a screen reader names it. ``ring``: whether it is seen."""

    name: str
    role: str
    ring: bool

    def __str__(self) -> str:
        return f"{self.role} “{self.name}”"


class Keys:
    """Somebody whose hands are on the keyboard alone: they find a control by its name, as it is read out to them."""

    def __init__(self, person: Person, browser: CDPSession) -> None:
        self.person = person
        self._browser = browser

    @classmethod
    async def of(cls, person: Person) -> Keys:
        """The keys of this person's page."""
        return cls(person, await person.context.new_cdp_session(person.page))

    async def reach(self, name: str, *, back: bool = False, most: int = MOST) -> None:
        """Press Tab (``back``: with Shift) until a control has the focus whose name ``name`` fits from its beginning.

        ``name``: a regular expression. Fails after ``most`` presses with everything that was met.
        """
        met: list[Stop] = []
        for _ in range(most):
            await self.person.page.keyboard.press("Shift+Tab" if back else "Tab")
            stop = await self.stop()
            if stop is None:
                continue
            assert stop.ring, f"{self.person.name}: nobody sees the focus on {stop}"
            met.append(stop)
            if stop.role not in AREAS and re.match(name, stop.name):
                return
        each = dict.fromkeys(map(str, met))
        raise AssertionError(f"{self.person.name}: {name} is not reached; met {'; '.join(each)}")

    async def press(self, name: str, key: str = "Enter", *, back: bool = False) -> None:
        """Go there, unless it has the focus already, and press a key; the keyboard is somewhere afterwards."""
        await self._goes(name, back)
        await self.person.page.keyboard.press(key)
        await self.is_somewhere()

    async def write(self, name: str, text: str, *, back: bool = False) -> None:
        """Go to a field, unless it has the focus already, and write over what is in it."""
        await self._goes(name, back)
        await self.person.page.keyboard.press("Control+A")
        await self.person.page.keyboard.type(text)

    async def _goes(self, name: str, back: bool) -> None:
        stop = await self.stop()
        if stop is None or stop.role in AREAS or not re.match(name, stop.name):
            await self.reach(name, back=back)

    async def chooses_tab(self, name: str) -> None:
        """From the chosen tab of a list with the arrow to another, which is chosen by that."""
        keyboard = self.person.page.keyboard
        for _ in range(MOST):
            await keyboard.press("Tab")
            stop = await self.stop()
            if stop is not None and stop.role == "tab":
                break
        met = []
        for _ in range(12):
            stop = await self.stop()
            assert stop is not None and stop.role == "tab", f"{self.person.name}: no tab to go on from, but {stop}"
            met.append(stop.name)
            if re.match(name, stop.name):
                return
            await keyboard.press("ArrowRight")
        raise AssertionError(f"{self.person.name}: no tab {name}; met {met}")

    async def is_somewhere(self, name: str | None = None) -> None:
        """The focus is on something that is shown, within some seconds; with ``name``: on this."""
        now: dict[str, Any] = {}
        stop = None
        for _ in range(40):
            now = await self.person.page.evaluate(NOW)
            stop = None if now["nowhere"] or name is None else await self.stop()
            if not now["nowhere"] and (name is None or (stop is not None and re.match(name, stop.name))):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{self.person.name}: the keyboard is nowhere, or not at {name}: {stop}; {now['words']}")

    async def hears(self, words: str) -> None:
        """A live region says so. ``words``: a regular expression."""
        await self.person.page.wait_for_function(HEARD, arg=words)

    async def stop(self) -> Stop | None:
        """What has the focus now; None: the page itself."""
        shown = await self.person.page.evaluate(STOP_NOW)
        if shown is None:
            return None
        found = await self._browser.send("Runtime.evaluate", {"expression": "document.activeElement"})
        tree = await self._browser.send(
            "Accessibility.getPartialAXTree", {"objectId": found["result"]["objectId"], "fetchRelatives": False}
        )
        node = tree["nodes"][0]
        return Stop(
            str(node.get("name", {}).get("value", "")), str(node.get("role", {}).get("value", "")), shown["ring"]
        )
