"""Somebody who has no mouse: Tab, Enter, Space and arrows, with a focus that is seen at every stop."""

from __future__ import annotations

from tests.support.browser import Person

STOP = """
() => {
  const one = document.activeElement;
  if (!one || one === document.body || one.tabIndex < 0) return null; // where a page begins is no stop
  // the ring of a choice or a box is drawn around its label, that of the draft around its paper
  const around = ".radio, .choice label, .composer, .note, .draft__holder";
  const seen = [one, one.closest("label"), one.closest(around)].filter(Boolean);
  const ring = seen.some((each) => {
    const style = getComputedStyle(each);
    return style.boxShadow !== "none" || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0);
  });
  const name = one.dataset.testid ?? one.closest("label")?.dataset.testid ?? "";
  return { name, ring, participant: one.dataset.participant ?? "", words: one.outerHTML.slice(0, 120) };
}
"""
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
