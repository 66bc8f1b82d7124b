"""Are the exhibits the files that were brought: there, with the digest that the catalogue and the log name?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recorder import bag
from recorder.checks.opened import Check, Opened, rows
from recorder.sentences import Failure, Sentence


def check_exhibits(dossier: Opened) -> list[Check]:
    """One check for each exhibit in the catalogue."""
    checks: list[Check] = []
    for row in rows(dossier.catalogue.get("exhibits")):
        try:
            sentence, ok = _check(dossier, row), True
        except Failure as failure:
            sentence, ok = failure.sentence, False
        checks.append(Check(f"exhibit {row.get('path')}", ok, sentence))
    return checks


def _check(dossier: Opened, row: Mapping[str, Any]) -> Sentence:
    path, number, digest = str(row.get("path")), row.get("number"), row.get("sha256")
    member = dossier.members.get(bag.PAYLOAD + path)
    if member is None:
        raise Failure(f"缺少证据 {path}。", f"The exhibit {path} is missing.")
    if digest != member.sha256:
        raise Failure(f"{path} 与卷内目录中的校验值不符。", f"{path} does not fit its digest in the catalogue.")
    if digest not in dossier.log_strings:
        raise Failure(f"日志中没有证据 {path} 的校验值。", f"The log does not name the digest of the exhibit {path}.")
    return Sentence(f"{path}：证据 {number} 与日志一致。", f"{path}: exhibit {number} is the file that the log names.")
