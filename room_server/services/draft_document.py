"""Turns the first text of an agreement into the Yjs update that an empty drafting document begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

FRAGMENT = "default"
"""Name of the shared fragment; Tiptap's Collaboration extension uses it when nothing else is said."""
SERVER_CLIENT_ID = 1
"""The Yjs client id of what the server wrote: fixed, so that equal text gives equal bytes."""


def initial_update(content: Mapping[str, Any]) -> bytes:
    """One Yjs update (v1) that holds a ProseMirror document (``{"type": "doc", "content": [...]}``)."""
    document: Doc[Any] = Doc(client_id=SERVER_CLIENT_ID)
    fragment = document.get(FRAGMENT, type=XmlFragment)
    with document.transaction():
        _add(fragment, content.get("content", ()))
    return document.get_update()


def _add(parent: XmlFragment | XmlElement, nodes: Sequence[Mapping[str, Any]]) -> None:
    # y-prosemirror keeps neighbouring texts as one XmlText whose runs carry the marks.
    text: XmlText | None = None
    position = 0
    for node in nodes:
        if node["type"] == "text":
            if text is None:
                text, position = parent.children.append(XmlText()), 0
            marks = {mark["type"]: mark.get("attrs", {}) for mark in node.get("marks", ())}
            text.insert(position, node["text"], marks or None)
            position += len(node["text"].encode())  # pycrdt counts UTF-8 bytes
            continue
        text = None
        element = parent.children.append(XmlElement(node["type"]))
        for name, value in node.get("attrs", {}).items():
            element.attributes[name] = value
        _add(element, node.get("content", ()))
