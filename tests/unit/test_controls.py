"""Every control of the frontend that has a test id is pressed, or at least named, by some test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "frontend" / "src"
NATIVE = {"a", "button", "input", "label", "select", "summary", "textarea"}
SHOWS = {"Frame", "Note", "PanelFrame", "Refusal"}
"""Components with a test id that only show something; every other one is a control."""
MARK = re.compile(r'\b(?:testId|data-testid)(?:=|: )("[^"]+"|\{[^}`]*\})')
TAG = re.compile(r"<([A-Za-z]\w*)(?=\s)")
NAMED = re.compile(r"""["'`]([\w-]+)(?=["'`])|data-testid=([\w-]+)]""")
LITERAL = re.compile(r'"([^"]+)"')
UNTRIED = {
    "invitation-print": "opens the browser's own window for printing; test_conduct.py prints that page without it",
    "offer-copy": "the clipboard belongs to the machine; a browser without a window may refuse it",
}


def test_every_control_with_a_test_id_is_named_by_a_test() -> None:
    untried = {name: where for name, where in controls() if not tried(name) and name not in UNTRIED}
    assert untried == {}


def test_what_is_excused_is_a_control_that_no_test_names() -> None:
    known = {name for name, _ in controls()}
    assert [name for name in UNTRIED if name not in known or tried(name)] == []


def test_controls_of_every_kind_are_found() -> None:
    """A button, a field, a component, an entry of a list, either word of a choice, the yes of a question."""
    known = {name for name, _ in controls()}
    assert {"ctrl-hand", "ticket-text", "hand-up", "ctrl-quiet", "stop-camera", "offer-confirm-yes"} <= known
    assert "offer-comparison" not in known


def controls() -> Iterator[tuple[str, str]]:
    """Literal test ids with the file that has each."""
    for path in sorted(SOURCE.rglob("*.tsx")):
        if ".test." in path.name:
            continue
        text = path.read_text()
        for found in MARK.finditer(text):
            tag = owner(text, found.start())
            if tag in SHOWS or (tag is not None and tag[0].islower() and tag not in NATIVE):
                continue
            for name in LITERAL.findall(found[1]):
                yield f"{name}-yes" if tag == "Confirm" else name, path.relative_to(SOURCE).as_posix()


def owner(text: str, at: int) -> str | None:
    """The tag that an attribute belongs to; None: it is an entry of a list of controls."""
    if text[at:].startswith("testId: "):
        return None
    *_, tag = TAG.findall(text, 0, at)
    return str(tag)


def tried(name: str) -> bool:
    """Whether a test names it as a whole."""
    return name in every_name()


@cache
def every_name() -> frozenset[str]:
    """What all tests but this one have in quotes, or in a selector, as one word."""
    python = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    typescript = (ROOT / "frontend" / "tests").rglob("*.test.ts*")
    return frozenset(
        next(filter(None, found)) for path in (*python, *typescript) for found in NAMED.findall(path.read_text())
    )
