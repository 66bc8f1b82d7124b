"""What a machine can tell about whether everybody can use a screen: axe-core, what does not fit, the language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.support.browser import Person

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROW = {"width": 320, "height": 640}  # WCAG 2.2, 1.4.10: no scrolling in two directions at 320 CSS pixels
FINGER = 44

RUN_AXE = """
async (tags) => {
  const options = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] };
  const found = await axe.run(document, options);
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")} (${node.failureSummary})`));
}
"""
SIDEWAYS = """
() => {
  const root = document.documentElement;
  return [root, ...document.querySelectorAll("main, aside, .paper__body, .paper-pane__body")]
    .filter((box) => box.scrollWidth > box.clientWidth)
    .map((box) => `sideways: <${box.localName} class="${box.className}"> by ${box.scrollWidth - box.clientWidth} px`);
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
# Nobody reaches what lies beside the window, unless a part of the page scrolls sideways to it.
BESIDE = """
() => {
  const scrolls = (one) => one !== null &&
    (["auto", "scroll"].includes(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
  return [...document.querySelectorAll("button, a[href], input, select, textarea, summary")]
    .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.width > 1 && (box.left < -1 || box.right > innerWidth + 1) && !scrolls(one))
    .map(([one, box]) => `beside the window: ${one.outerHTML.slice(0, 120)} from ${box.left} to ${box.right}`);
}
"""
# A party's page is as high as the window: what makes the document higher lets strip and head scroll away.
BENEATH = """
() => {
  const more = document.documentElement.scrollHeight - innerHeight;
  return document.querySelector(".phone") && more > 1 ? [`the page is ${more} px longer than its frame`] : [];
}
"""
# What a screen reader calls a control: a word or a number, not a sign alone and not nothing.
NAMELESS = """
() => {
  axe.setup(document);
  try {
    const kinds = "button, a[href], input:not([type=hidden]), select, textarea, summary, [role=switch], [role=tab], " +
      "[role=checkbox], [role=slider], [role=textbox], [contenteditable=true]";
    return [...document.querySelectorAll(kinds)]
      .filter((one) => one.checkVisibility({ visibilityProperty: true }))
      .filter((one) => !/[\\p{L}\\p{N}]/u.test(axe.commons.text.accessibleText(one)))
      .map((one) => `no name for a reader: ${one.outerHTML.slice(0, 120)}`);
  } finally {
    axe.teardown();
  }
}
"""
CLIPPED = """
() => {
  const says = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const hides = (style) => style.overflowX !== "visible" && style.overflowX !== "auto" && style.overflowX !== "scroll";
  const found = [];
  for (const one of document.querySelectorAll("body *:not(script, style, svg *, option, .visually-hidden)")) {
    const tight = one.matches("button, .btn, .badge, .pill, .tool, label, th, summary");
    if (!(says(one) || tight) || one.clientWidth <= 1 || !one.checkVisibility()) continue;
    const style = getComputedStyle(one);
    const wide = one.scrollWidth - one.clientWidth > 1;
    const cut = wide && (hides(style) ? style.textOverflow !== "ellipsis" : tight && style.display !== "inline");
    if (cut) found.push(`clipped: <${one.localName} class="${one.className}"> ${one.textContent.slice(0, 60)}`);
  }
  return found;
}
"""
# Words that stand in both languages: names of protocols, formats, units and keys, and the switch to the other language.
FOREIGN = r"""
([data, shared]) => {
  const page = document.documentElement.lang;
  const wrong = page === "en" ? /[\u3400-\u9fff]+/g : /(?<!\w)[A-Za-z]{3,}(?!\w)/g;
  const known = [...data].sort((one, other) => other.length - one.length);
  const skipped = "script, style, code, .mono, .digest, .code, input, textarea, select.own";
  const check = (text) => {
    text = text.replace(/\.pdf\b|https?:\/\/\S+/g, " ");
    for (const word of known) text = text.split(word).join(" ");
    return (text.match(wrong) ?? []).filter((word) => !shared.includes(word));
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent.closest(skipped) || !parent.checkVisibility()) continue;
    const lang = parent.closest("[lang]").lang;
    if (lang.slice(0, 2) !== page.slice(0, 2)) continue;
    for (const word of check(node.data)) found.add(`not ${page}: "${word}" in "${node.data.trim().slice(0, 80)}"`);
  }
  for (const one of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
    if (!one.checkVisibility()) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      const value = one.getAttribute(name) ?? "";
      for (const word of check(value)) found.add(`not ${page}: "${word}" in ${name}="${value.slice(0, 80)}"`);
    }
  }
  const raw = /\b[a-z][A-Za-z]+(\.[A-Za-z_]+){1,3}\b/g;
  const labels = [...document.querySelectorAll("[aria-label]")].map((one) => one.ariaLabel);
  const seen = [document.body.innerText, ...labels].flatMap((text) => text.match(raw) ?? []);
  const keys = seen.filter((key) => !/\.(pdf|jpg|png|zip|com|org)$/.test(key));
  return [...found, ...new Set(keys.map((key) => `a raw key: ${key}`))];
}
"""
SHARED_WORDS = [
    "UDP",
    "TCP",
    "TLS",
    "TURN",
    "PDF",
    "SHA",
    "JPG",
    "JPEG",
    "PNG",
    "WebP",
    "HEIC",
    "PAdES",
    "Alt",
    "English",
]
SETTLED = """
() => document.getAnimations().every((one) =>
  one.playState !== "running" || one.effect.getTiming().iterations === Infinity)
"""


async def watch(person: Person) -> None:
    """Have axe-core in every page that this person opens from now on (a script of the browser's, not of the page)."""
    await person.context.add_init_script(path=AXE)


async def problems_of_desk(page: Page) -> list[str]:
    """Violations of WCAG 2.0 to 2.2, levels A and AA, and controls without a name, on the page as it is now."""
    await page.wait_for_function(SETTLED)  # a colour in the middle of its fade is nobody's choice
    found: list[str] = await page.evaluate(RUN_AXE, TAGS)
    found += await page.evaluate(NAMELESS)
    return found


async def problems_of_phone(page: Page, smallest_target: int = FINGER) -> list[str]:
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


async def problems_of_shape(page: Page, smallest_target: int | None) -> list[str]:
    """What does not fit the window as it is now. ``smallest_target``: CSS pixels; None: axe's 24 do."""
    found: list[str] = await page.evaluate(SIDEWAYS)
    found += await page.evaluate(CLIPPED)
    found += await page.evaluate(BESIDE)
    found += await page.evaluate(BENEATH)
    if smallest_target is not None:
        found += await page.evaluate(SMALL_TARGETS, smallest_target)
    return found


async def problems_of_language(page: Page, data: list[str]) -> list[str]:
    """Words of the other language, and keys without a sentence. ``data``: what people wrote."""
    found: list[str] = await page.evaluate(FOREIGN, [data, SHARED_WORDS])
    return found
