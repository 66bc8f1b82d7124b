"""The sentence on the record is the sentence on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from room_server.rules.intent import intent_sentence

ROOT = Path(__file__).parents[4]
SHOWN = {"party": ("party.ts", "signing.intent"), "host": ("staff.ts", "staff.sign.intent")}


@pytest.mark.parametrize("role", SHOWN)
def test_every_screen_shows_the_sentence_that_goes_on_the_record(role: str) -> None:
    file, key = SHOWN[role]
    for language, sentence in zip(("zh-CN", "en"), intent_sentence(role), strict=True):
        words = (ROOT / "frontend/src/i18n" / language / file).read_text(encoding="utf-8")
        assert f'"{key}": "{sentence}"' in words


def test_nobody_else_signs() -> None:
    with pytest.raises(KeyError):
        intent_sentence("observer")
