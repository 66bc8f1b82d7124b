"""The frozen text as the page template wants it: known nodes only, every attribute made definite.

A node or mark that is not known stops the work: what is signed must be what was read, so nothing is left out silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

_MARKS = frozenset({"bold", "italic", "underline", "strike", "code"})
_DEEPEST = 40
_MOST_COLUMNS = 40


class UnknownContent(ValueError):
    """The document holds something that cannot be put on paper faithfully."""


def page_nodes(document: Mapping[str, Any], title: str) -> tuple[list[Json], bool]:
    """The template's nodes, and whether the template must print the title (the text does not begin with it).

    Raises UnknownContent.
    """
    if document.get("type") != "doc":
        raise UnknownContent("the text is not a ProseMirror document")
    nodes = [_block(node, 0) for node in _children(document)]
    first = nodes[0] if nodes else None
    own_title = first is not None and first["type"] == "heading" and _text(first) == title
    _level_headings(nodes, start=0 if own_title else 1)
    return nodes, not own_title


def all_text(document: Mapping[str, Any]) -> Iterable[str]:
    """Every piece of text in the document, in order."""
    text = document.get("text")
    if isinstance(text, str):
        yield text
    for child in _children(document):
        yield from all_text(child)


def _children(node: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    content = node.get("content", [])
    if not isinstance(content, list) or not all(isinstance(child, dict) for child in content):
        raise UnknownContent(f"the content of a {node.get('type')} is not a list of nodes")
    return content


def _attributes(node: Mapping[str, Any]) -> Mapping[str, Any]:
    attributes = node.get("attrs")
    return attributes if isinstance(attributes, dict) else {}


def _whole(value: object, default: int, most: int) -> int:
    """A count from a JSON number; editors write 2 as 2.0 at times."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return default
    return min(max(value, 1), most)


def _block(node: Mapping[str, Any], depth: int) -> Json:
    if depth > _DEEPEST:
        raise UnknownContent(f"lists or quotations are nested more than {_DEEPEST} deep")
    kind = str(node.get("type"))
    if kind in {"paragraph", "heading", "codeBlock"}:
        return _lines(kind, node)
    match kind:
        case "horizontalRule":
            return {"type": kind}
        case "bulletList" | "orderedList":
            attributes = _attributes(node)
            return {
                "type": kind,
                "start": _whole(attributes.get("start"), 1, 100_000),
                "article": attributes.get("type") == "article",
                "content": [_item(child, depth) for child in _children(node)],
            }
        case "blockquote":
            return {"type": kind, "content": [_block(child, depth + 1) for child in _children(node)]}
        case "table":
            return _table(node, depth)
        case _:
            raise UnknownContent(f"a {kind} cannot be put on paper")


def _lines(kind: str, node: Mapping[str, Any]) -> Json:
    """A block that holds text only."""
    attributes, content = _attributes(node), _inline(node)
    if kind == "heading" and not _text({"content": content}):
        kind = "paragraph"  # an empty line; a heading without words is an error in PDF/UA
    align = attributes.get("textAlign")
    return {
        "type": kind,
        "align": align if align in {"center", "right"} else "left",
        "level": _whole(attributes.get("level"), 1, 6),
        "content": content,
    }


def _item(node: Mapping[str, Any], depth: int) -> Json:
    if node.get("type") != "listItem":
        raise UnknownContent(f"a {node.get('type')} stands in a list")
    return {"content": [_block(child, depth + 1) for child in _children(node)]}


def _table(node: Mapping[str, Any], depth: int) -> Json:
    rows: list[list[Json]] = []
    for row in _children(node):
        if row.get("type") != "tableRow":
            raise UnknownContent(f"a {row.get('type')} stands in a table")
        rows.append([_cell(cell, depth) for cell in _children(row)])
    columns = sum(cell["colspan"] for cell in rows[0]) if rows else 1
    if not 1 <= columns <= _MOST_COLUMNS:
        raise UnknownContent(f"a table of {columns} columns does not fit on paper")
    heads = 1 if rows and rows[0] and all(cell["header"] and cell["rowspan"] == 1 for cell in rows[0]) else 0
    return {"type": "table", "columns": columns, "heads": heads, "rows": rows}


def _cell(node: Mapping[str, Any], depth: int) -> Json:
    if node.get("type") not in {"tableCell", "tableHeader"}:
        raise UnknownContent(f"a {node.get('type')} stands in a table row")
    attributes = _attributes(node)
    return {
        "header": node["type"] == "tableHeader",
        "colspan": _whole(attributes.get("colspan"), 1, _MOST_COLUMNS),
        "rowspan": _whole(attributes.get("rowspan"), 1, 1000),
        "content": [_block(child, depth + 1) for child in _children(node)],
    }


def _inline(node: Mapping[str, Any]) -> list[Json]:
    parts: list[Json] = []
    for child in _children(node):
        if child.get("type") == "hardBreak":
            parts.append({"type": "hardBreak"})
        elif child.get("type") == "text" and isinstance(child.get("text"), str):
            lines = child["text"].split("\n")
            marks = _marks(child)
            for number, words in enumerate(lines):
                if number:
                    parts.append({"type": "hardBreak"})
                parts.append({"type": "text", "text": words, "marks": marks})
        else:
            raise UnknownContent(f"a {child.get('type')} cannot stand in a line of text")
    return parts


def _marks(node: Mapping[str, Any]) -> list[str]:
    names = [mark.get("type") if isinstance(mark, dict) else None for mark in node.get("marks", [])]
    unknown = [name for name in names if name not in _MARKS]
    if unknown:
        raise UnknownContent(f"text marked as {unknown[0]} cannot be put on paper")
    return sorted(str(name) for name in names)


def _text(node: Json) -> str:
    return "".join(part.get("text", "") for part in node["content"]).strip()


def _level_headings(nodes: Sequence[Json], start: int) -> None:
    """Make levels begin at the top and never skip one (PDF/UA-1, ISO 14289-1 §7.4.2)."""
    before = start
    lowest = min((node["level"] for node in nodes[1 - start :] if node["type"] == "heading"), default=2)
    for number, node in enumerate(nodes):
        if node["type"] != "heading":
            continue
        wanted = 1 if number == 0 and start == 0 else node["level"] - lowest + 2
        node["level"] = before = min(max(wanted, 1), before + 1)
