"""What a machine can tell about whether everybody can use a screen: axe-core's rules, scrolling sideways, targets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.support.browser import Person

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROW = {"width": 320, "height": 640}  # WCAG 2.2, 1.4.10: no scrolling in two directions at 320 CSS pixels

RUN_AXE = """
async (tags) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")} (${node.failureSummary})`));
}
"""
SIDEWAYS = """
() => {
  const root = document.documentElement;
  return [root, ...document.querySelectorAll("main")]
    .filter((box) => box.scrollWidth > box.clientWidth)
    .map((box) => `sideways: <${box.localName}> by ${box.scrollWidth - box.clientWidth} px`);
}
"""
SMALL_TARGETS = """
(smallest) => {
  const own = (one) => one.matches("input[type=checkbox], input[type=radio]") ? one.closest("label") ?? one : one;
  const targets = [...document.querySelectorAll("button, a[href], input, textarea, summary, [role=switch]")].map(own);
  return [...new Set(targets)]
    .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && Math.min(box.width, box.height) < smallest - 0.5)
    .map(([one, box]) => `small target: ${one.outerHTML.slice(0, 120)} is ${box.width}×${box.height}`);
}
"""
SETTLED = """
() => document.getAnimations().every((one) =>
  one.playState !== "running" || one.effect.getTiming().iterations === Infinity)
"""


async def watch(person: Person) -> None:
    """Have axe-core in every page that this person opens from now on (a script of the browser's, not of the page)."""
    await person.context.add_init_script(path=AXE)


async def problems_of_desk(page: Page) -> list[str]:
    """Violations of WCAG 2.0 to 2.2, levels A and AA, on the page as it is now."""
    await page.wait_for_function(SETTLED)  # a colour in the middle of its fade is nobody's choice
    found: list[str] = await page.evaluate(RUN_AXE, TAGS)
    return found


async def problems_of_phone(page: Page, smallest_target: int = 44) -> list[str]:
    """The same on the narrowest phone, and what scrolls sideways or is too small for a finger there."""
    usual: Any = page.viewport_size
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    try:
        found = await problems_of_desk(page)
        found += await page.evaluate(SIDEWAYS)
        found += await page.evaluate(SMALL_TARGETS, smallest_target)
    finally:
        await page.set_viewport_size(usual)
    return found
