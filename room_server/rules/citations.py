"""References to articles (``ZC:75(3)``) in words, by the names in ``sources.toml``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from room_server.rules.package import table

_REFERENCE = re.compile(r"(\w+):(?:\*|(\d+)(?:\((\d+)\))?)")


def citation(references: Sequence[str]) -> tuple[str, str]:
    """The references in Chinese and in English, the articles of one source together.

    ``["ZC:74", "ZC:75(3)", "QY:27"]`` is 仲裁办案规则第74条、第75条（3）；企业劳动争议协商调解规定第27条.

    Raises:
        ValueError: a reference is not written as ``sources.toml`` says, or names a source that is not there.
    """
    articles: dict[str, list[tuple[str, str]]] = {}
    for reference in references:
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise ValueError(reference)
        source, article, part = found.groups()
        cited = articles.setdefault(source, [])
        if article is not None:
            suffix = (f"（{part}）", f"({part})") if part else ("", "")
            cited.append((f"第{article}条{suffix[0]}", article + suffix[1]))
    names = {entry["id"]: (entry["short_zh"], entry["title_en"]) for entry in table("sources")["source"]}
    if unknown := articles.keys() - names.keys():
        raise ValueError(", ".join(sorted(unknown)))
    zh = (names[source][0] + "、".join(words for words, _ in cited) for source, cited in articles.items())
    en = (_english(names[source][1], [number for _, number in cited]) for source, cited in articles.items())
    return "；".join(zh), "; ".join(en)


def _english(name: str, numbers: list[str]) -> str:
    if not numbers:
        return name
    return f"{name}, {'art.' if len(numbers) == 1 else 'arts.'} {', '.join(numbers)}"
