"""The words of text messages (``messages.toml``)."""

from __future__ import annotations

from collections.abc import Mapping

from room_server.rules.package import table
from room_server.rules.text import fill


def message(template: str, values: Mapping[str, object]) -> tuple[str, str]:
    """A text message in Chinese and English.

    Raises:
        LookupError: no such template, or a value is missing.
    """
    for entry in table("messages")["message"]:
        if entry["id"] == template:
            return fill(entry["sms_zh"], values), fill(entry["sms_en"], values)
    raise LookupError(f"no message {template}")
