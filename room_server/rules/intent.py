"""The sentence that a signer agrees to in so many words (``intent.toml``)."""

from __future__ import annotations

from room_server.rules.package import table


def intent_sentence(role: str) -> tuple[str, str]:
    """What a ``party`` or the ``host`` (mediator) ticks before signing, in Chinese and English.

    Raises:
        KeyError: nobody of that role signs.
    """
    entry = table("intent")[role]
    return entry["zh"], entry["en"]
