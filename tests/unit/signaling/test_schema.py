"""The TypeScript types of the frontend are those of the wire protocol."""

from __future__ import annotations

from pathlib import Path

import pytest

from signaling import messages, schema

ROOT = Path(__file__).parents[3]


def test_the_file_of_the_frontend_is_up_to_date() -> None:
    assert schema.main(["--check", "--target", str(ROOT / schema.TARGET)]) == 0


def test_every_command_event_and_answer_is_in_it() -> None:
    text = schema.render()
    for struct in (*messages.COMMANDS.values(), *messages.EVENTS.values(), *messages.ANSWERS.values()):
        assert f"export interface {struct.__name__} " in text or f"export type {struct.__name__} " in text
    assert "freeze_document: { data: FreezeDocument; answer: Frozen };" in text
    assert max(map(len, text.splitlines())) <= schema.LINE_WIDTH


def test_a_file_out_of_date_is_noticed_and_renewed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "generated" / "messages.ts"
    assert schema.main(["--check", "--target", str(target)]) == 1
    assert "out of date" in capsys.readouterr().err
    assert schema.main(["--write", "--target", str(target)]) == 0
    assert schema.main(["--check", "--target", str(target)]) == 0
