"""The text of a shared document as ProseMirror JSON, in one form whatever way it was typed.

The Yjs side is y-prosemirror's mapping: an element is a node, a formatted run of a text is a text node, its formats are
marks. Absent are empty ``attrs``, ``content`` and ``marks``, and attributes that are null; marks are sorted; whole
numbers are integers; runs with equal marks are joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pycrdt import XmlElement, XmlFragment, XmlText

from signaling.messages import Json

MAXIMUM_DEPTH = 48

# y-prosemirror appends a hash to the name of a mark that may overlap with itself (sync-plugin.js, yattr2markname).
HASHED_MARK = re.compile(r"^(.*)--[a-zA-Z0-9+/=]{8}$")
# y-prosemirror keeps the colours of its version comparison in this attribute; it is never part of a text.
FOREIGN_ATTRIBUTE = "ychange"


class UnreadableTextError(ValueError):
    """The shared document holds something that is not a text of nodes, runs and marks."""


def to_json(fragment: XmlFragment) -> Json:
    """The whole document: ``{"type": "doc", "content": [...]}``."""
    return _node("doc", {}, _children(fragment, 0))


def insert(parent: XmlFragment | XmlElement, position: int, nodes: Iterable[Mapping[str, Any]]) -> None:
    """Write ProseMirror nodes between the children of an element, inside a transaction of its document."""
    # y-prosemirror keeps neighbouring texts as one XmlText whose runs carry the marks.
    text: XmlText | None = None
    end = 0
    for node in nodes:
        if node["type"] == "text":
            if text is None:
                text, end = parent.children.insert(position, XmlText()), 0
                position += 1
            marks = {mark["type"]: mark.get("attrs", {}) for mark in node.get("marks", ())}
            text.insert(end, node["text"], marks or None)
            end += len(node["text"].encode())  # pycrdt counts UTF-8 bytes
            continue
        text = None
        element = parent.children.insert(position, XmlElement(node["type"]))
        position += 1
        for name, value in node.get("attrs", {}).items():
            element.attributes[name] = value
        insert(element, 0, node.get("content", ()))


def _node(name: str, attributes: Json, content: list[Json]) -> Json:
    node: Json = {"type": name}
    if attributes:
        node["attrs"] = attributes
    if content:
        node["content"] = content
    return node


def _children(parent: XmlFragment | XmlElement, depth: int) -> list[Json]:
    if depth > MAXIMUM_DEPTH:
        raise UnreadableTextError("the text is nested too deep")
    content: list[Json] = []
    for child in parent.children:
        if isinstance(child, XmlText):
            for run in _runs(child):
                _append_run(content, run)
        elif isinstance(child, XmlElement):
            content.append(_node(child.tag or "", _attributes(child), _children(child, depth + 1)))
        else:
            raise UnreadableTextError(f"a {type(child).__name__} is no part of a text")
    return content


def _attributes(element: XmlElement) -> Json:
    pairs: Iterable[tuple[str, Any]] = element.attributes.__iter__()
    return _present({name: value for name, value in pairs if name != FOREIGN_ATTRIBUTE})


def _present(attributes: Mapping[str, Any]) -> Json:
    return {name: _plain(value) for name, value in sorted(attributes.items()) if value is not None}


def _runs(text: XmlText) -> list[Json]:
    runs = []
    for value, formats in text.diff():
        if not isinstance(value, str):
            raise UnreadableTextError(f"a {type(value).__name__} is embedded in a text")
        run: Json = {"type": "text", "text": value}
        marks = [_mark(name, attributes) for name, attributes in sorted((formats or {}).items())]
        marks = [mark for mark in marks if mark is not None]
        if marks:
            run["marks"] = marks
        if value:
            runs.append(run)
    return runs


def _append_run(content: list[Json], run: Json) -> None:
    last = content[-1] if content else None
    if last is not None and last["type"] == "text" and last.get("marks") == run.get("marks"):
        last["text"] += run["text"]
    else:
        content.append(run)


def _mark(name: str, attributes: Any) -> Json | None:
    if attributes is None or name == FOREIGN_ATTRIBUTE:
        return None
    hashed = HASHED_MARK.match(name)
    mark: Json = {"type": hashed.group(1) if hashed else name}
    present = _present(attributes) if isinstance(attributes, Mapping) else {}
    if present:
        mark["attrs"] = present
    return mark


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in sorted(value.items())}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise UnreadableTextError(f"a {type(value).__name__} is no value of an attribute")
