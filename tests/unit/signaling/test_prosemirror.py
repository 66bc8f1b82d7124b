"""One text has one JSON, whatever way it was typed."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Doc, Map, XmlElement, XmlFragment, XmlText

from signaling.prosemirror import MAXIMUM_DEPTH, UnreadableTextError, to_json


@pytest.fixture
def text() -> XmlFragment:
    doc: Doc[Any] = Doc()
    return doc.get("default", type=XmlFragment)


def paragraph(text: XmlFragment) -> XmlText:
    return text.children.append(XmlElement("paragraph")).children.append(XmlText(""))


def test_an_empty_document_has_only_its_type(text: XmlFragment) -> None:
    assert to_json(text) == {"type": "doc"}


def test_attributes_are_plain_values_and_null_ones_absent(text: XmlFragment) -> None:
    cell = text.children.append(XmlElement("tableCell"))
    for name, value in {"colspan": 2.0, "ratio": 1.5, "colwidth": [120.0], "align": None, "on": True}.items():
        cell.attributes[name] = value
    cell.attributes["ychange"] = "added"
    assert to_json(text)["content"] == [
        {"type": "tableCell", "attrs": {"colspan": 2, "ratio": 1.5, "colwidth": [120], "on": True}}
    ]
    assert isinstance(to_json(text)["content"][0]["attrs"]["colspan"], int)


def test_marks_are_sorted_and_carry_their_attributes(text: XmlFragment) -> None:
    run = paragraph(text)
    run.insert(
        0, "字", {"italic": {}, "bold": True, "link": {"href": "x", "rel": None}, "comment--aBcD1234": {"n": 1.0}}
    )
    assert to_json(text)["content"][0]["content"] == [
        {
            "type": "text",
            "text": "字",
            "marks": [
                {"type": "bold"},
                {"type": "comment", "attrs": {"n": 1}},
                {"type": "italic"},
                {"type": "link", "attrs": {"href": "x"}},
            ],
        }
    ]


def test_runs_with_equal_marks_are_joined(text: XmlFragment) -> None:
    first = paragraph(text)
    first.insert(0, "甲")
    block = first.parent
    assert isinstance(block, XmlElement)
    block.children.append(XmlText("乙"))
    block.children.append(XmlText(""))
    assert to_json(text)["content"] == [{"type": "paragraph", "content": [{"type": "text", "text": "甲乙"}]}]


def test_what_is_no_text_is_refused(text: XmlFragment) -> None:
    run = paragraph(text)
    run.insert_embed(0, Map({"a": 1}))
    with pytest.raises(UnreadableTextError):
        to_json(text)


def test_nesting_has_a_limit(text: XmlFragment) -> None:
    element: XmlFragment | XmlElement = text
    for _ in range(MAXIMUM_DEPTH + 3):
        element = element.children.append(XmlElement("blockquote"))
    with pytest.raises(UnreadableTextError):
        to_json(text)
