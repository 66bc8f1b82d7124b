"""Turns the first text of an agreement into the Yjs update that an empty drafting document begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pycrdt import Doc, XmlFragment

from signaling.prosemirror import insert
from signaling.sharedtext import FRAGMENT

SERVER_CLIENT_ID = 1
"""The Yjs client id of what the server wrote: fixed, so that equal text gives equal bytes."""


def initial_update(content: Mapping[str, Any]) -> bytes:
    """One Yjs update (v1) that holds a ProseMirror document (``{"type": "doc", "content": [...]}``)."""
    document: Doc[Any] = Doc(client_id=SERVER_CLIENT_ID)
    fragment = document.get(FRAGMENT, type=XmlFragment)
    with document.transaction():
        insert(fragment, 0, content.get("content", ()))
    return document.get_update()
