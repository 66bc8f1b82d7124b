"""Whatever is written into the event log, a court officer reads it in words of both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
DICTIONARIES = {name: ROOT / "frontend/src/i18n" / name / "court.ts" for name in ("zh-CN", "en")}
Function = ast.FunctionDef | ast.AsyncFunctionDef
FORWARDED = {"kind"}  # a parameter: its callers are looked at instead
POSITION = {"record": 1, "_log": 2}  # where the kind stands in ``sessions.record(…)`` and ``self._log(…)``


def kinds_written() -> set[str]:
    """Every kind that the services and the live layer write, read from their source."""
    found: set[str] = set()
    for path in sorted((ROOT / "room_server").rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, Function):
                for value in kind_arguments(function):
                    found |= constants(value, function, path)
    return found


def kind_arguments(function: Function) -> Iterator[ast.expr]:
    for call in ast.walk(function):
        if not isinstance(call, ast.Call):
            continue
        if isinstance(call.func, ast.Name) and call.func.id == "Switch":  # written down when the device rests
            yield call.args[1]
        if not isinstance(call.func, ast.Attribute):
            continue
        name, owner = call.func.attr, ast.unparse(call.func.value)
        if name == "append" and owner.endswith(".log"):
            yield from (keyword.value for keyword in call.keywords if keyword.arg == "kind")
        elif (name == "record" and owner.endswith("sessions")) or (name == "_log" and owner == "self"):
            yield call.args[POSITION[name]]


def constants(value: ast.expr, function: Function, path: Path) -> set[str]:
    """The strings that an expression can be."""
    if isinstance(value, ast.Name) and value.id in {argument.arg for argument in function.args.args}:
        assert value.id in FORWARDED, f"{path}:{value.lineno}"
        return set()
    if isinstance(value, ast.Name):
        values = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and any(ast.unparse(target) == value.id for target in node.targets)
        ]
        assert values, f"{path}:{value.lineno}: no test can see which kind this is"
        return set().union(*(constants(one, function, path) for one in values))
    if isinstance(value, ast.IfExp):
        return constants(value.body, function, path) | constants(value.orelse, function, path)
    assert isinstance(value, ast.Constant), f"{path}:{value.lineno}: no test can see which kind this is"
    assert isinstance(value.value, str)
    return {value.value}


def words(dictionary: Path, prefix: str) -> set[str]:
    return set(re.findall(rf'"court\.{prefix}\.(\w+)":', dictionary.read_text(encoding="utf-8")))


def test_the_source_says_which_kinds_are_written() -> None:
    kinds = kinds_written()
    assert {"joined", "reconnected", "signed", "sealed", "link_opened", "identity_failed", "filed"} <= kinds
    assert len(kinds) > 25


@pytest.mark.parametrize("dictionary", DICTIONARIES.values(), ids=DICTIONARIES.keys())
def test_every_kind_of_log_entry_has_words(dictionary: Path) -> None:
    assert kinds_written() - words(dictionary, "event") == set()


@pytest.mark.parametrize("dictionary", DICTIONARIES.values(), ids=DICTIONARIES.keys())
def test_no_words_are_kept_for_a_kind_that_nobody_writes(dictionary: Path) -> None:
    assert words(dictionary, "event") - kinds_written() == {"other"}


@pytest.mark.parametrize("dictionary", DICTIONARIES.values(), ids=DICTIONARIES.keys())
def test_every_reason_of_a_gap_has_words(dictionary: Path) -> None:
    reasons = {"disk_full", "recorder_lost", "media_lost", "write_failed", "server_restarted", "not_continued"}
    assert reasons <= words(dictionary, "gap")
