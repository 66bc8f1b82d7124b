"""What the tiles of the others have said on a screen, however short: why there is no picture."""

from __future__ import annotations

from tests.support.browser import Person

REMEMBER = """
() => {
  window.absences = new Map();
  const look = () => {
    for (const one of document.querySelectorAll(".tile:not([data-self]) .tile__absent")) {
      const { reason } = one.dataset;
      if (!window.absences.has(reason)) window.absences.set(reason, Date.now());
    }
  };
  new MutationObserver(look).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-reason"],
  });
}
"""


async def remember_absences(person: Person) -> None:
    """From now on, until the page is loaded anew."""
    await person.page.evaluate(REMEMBER)


async def absences(person: Person) -> list[str]:
    """The reasons that stood on a tile since then, in the order in which each came first."""
    return list(await person.page.evaluate("() => [...window.absences.keys()]"))
