"""Writes the TypeScript types of the wire protocol from ``signaling.messages``, laid out as Biome would format them.

``python -m signaling.schema --write`` renews the file of the frontend, ``--check`` fails when it is out of date.
"""

from __future__ import annotations

import argparse
import inspect
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import msgspec

from signaling import ids, messages
from signaling.errors import ErrorCode

TARGET = Path("frontend/src/generated/messages.ts")
LINE_WIDTH = 120
HEADER = "// Generated from signaling/messages.py by `python -m signaling.schema --write`. Do not edit."
PRIMITIVES: dict[object, str] = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    typing.Any: "unknown",
    type(None): "null",
}
LITERAL_ALIASES = {
    frozenset(typing.get_args(value)): name
    for name, value in vars(messages).items()
    if typing.get_origin(value) is typing.Literal
}
FOOTER = """\
export type CommandName = keyof CommandMap;
export type EventName = keyof EventMap;

/** A command as it goes over the wire. */
export type CommandMessage = {
  [Name in CommandName]: { v: typeof VERSION; id: number; type: Name; data: CommandMap[Name]["data"] };
}[CommandName];

/** The answer to a command that was carried out; the type of `data` follows from the command with this `id`. */
export interface OkMessage {
  v: typeof VERSION;
  id: number;
  type: "ok";
  data: unknown;
}

/** The answer to a command that was refused. Without `id`: the frame was no command that could be answered. */
export interface ErrorMessage {
  v: typeof VERSION;
  id?: number;
  type: "error";
  data: Failure;
}

/** Events as they come over the wire: tell them apart by `type`. */
export type EventMessage = {
  [Name in EventName]: { v: typeof VERSION; seq: number; type: Name; data: EventMap[Name] };
}[EventName];

export type ServerMessage = OkMessage | ErrorMessage | EventMessage;
"""


def render() -> str:
    """The whole TypeScript file."""
    parts = [HEADER, f"export const VERSION = {messages.VERSION};", "\n".join(_names())]
    parts.append(_union("ErrorCode", [f'"{code.value}"' for code in ErrorCode]))
    parts.append(_close_codes())
    parts.extend(_interface(struct) for struct in _structs())
    parts.append(_command_map())
    parts.append(_map("EventMap", "Events by their name.", {n: e.__name__ for n, e in messages.EVENTS.items()}))
    parts.append(FOOTER.rstrip("\n"))
    return "\n\n".join(parts) + "\n"


def _names() -> Iterator[str]:
    for name, value in vars(ids).items():
        if isinstance(value, typing.NewType) and value.__supertype__ is str:
            yield f"export type {name} = string;"
    for values, name in LITERAL_ALIASES.items():
        alias = vars(messages)[name]
        if values:
            yield f"export type {name} = {_literals(typing.get_args(alias))};"
    yield "export type Json = Record<string, unknown>;"


def _structs() -> Iterator[type[msgspec.Struct]]:
    bases = {messages.Command, messages.Event, messages.Envelope}
    for value in vars(messages).values():
        if not inspect.isclass(value) or not issubclass(value, msgspec.Struct):
            continue
        if value.__module__ == messages.__name__ and value not in bases:
            yield value


def _interface(struct: type[msgspec.Struct]) -> str:
    fields = msgspec.structs.fields(struct)
    comment = _comment(struct)
    if not fields:
        return f"{comment}export type {struct.__name__} = Record<string, never>;"
    # Only what the browser sends may leave out a default: the server always writes every field.
    may_omit = issubclass(struct, messages.Command)
    hints = typing.get_type_hints(struct)
    lines = [
        f"  {field.name}{'?' if may_omit and not field.required else ''}: {_type(hints[field.name])};"
        for field in fields
    ]
    return "\n".join([f"{comment}export interface {struct.__name__} {{", *lines, "}"])


def _comment(struct: type[msgspec.Struct]) -> str:
    text = inspect.getdoc(struct)
    if not text:
        return ""
    lines = text.replace("``", "`").splitlines()
    if len(lines) == 1 and len(lines[0]) + len("/**  */") <= LINE_WIDTH:
        return f"/** {lines[0]} */\n"
    return "\n".join(["/**", *(f" * {line}".rstrip() for line in lines), " */", ""])


def _type(annotation: typing.Any) -> str:
    if annotation in PRIMITIVES:
        return PRIMITIVES[annotation]
    if isinstance(annotation, typing.NewType) or inspect.isclass(annotation):
        return str(annotation.__name__)
    if annotation == messages.Json:
        return "Json"
    return _composed(typing.get_origin(annotation), typing.get_args(annotation))


def _composed(origin: object, arguments: tuple[typing.Any, ...]) -> str:
    if origin is typing.Literal:
        return LITERAL_ALIASES.get(frozenset(arguments)) or _literals(arguments)
    if origin in {typing.Union, types.UnionType}:
        return " | ".join(_type(argument) for argument in arguments)
    if origin is list:
        item = _type(arguments[0])
        return f"({item})[]" if "|" in item else f"{item}[]"
    raise TypeError(f"no TypeScript for {origin!r} of {arguments!r}")


def _literals(values: tuple[object, ...]) -> str:
    return " | ".join(f'"{value}"' for value in values)


def _union(name: str, members: list[str]) -> str:
    line = f"export type {name} = {' | '.join(members)};"
    if len(line) <= LINE_WIDTH:
        return line
    return "\n".join([f"export type {name} =", *(f"  | {member}" for member in members)]) + ";"


def _close_codes() -> str:
    codes = {name: value for name, value in vars(messages.CloseCode).items() if name.isupper()}
    lines = [f"  {name}: {value}," for name, value in codes.items()]
    return "\n".join(
        [_comment_line("Close codes of a room's sockets."), "export const CloseCode = {", *lines, "} as const;"]
    )


def _comment_line(text: str) -> str:
    return f"/** {text} */"


def _command_map() -> str:
    entries = {}
    for name, command in messages.COMMANDS.items():
        answer = messages.ANSWERS.get(name)
        entries[name] = (
            f"{{ data: {command.__name__}; answer: {answer.__name__ if answer else 'Record<string, never>'} }}"
        )
    return _map("CommandMap", "Commands by their name: what they carry and what `ok` answers.", entries)


def _map(name: str, comment: str, entries: dict[str, str]) -> str:
    lines = [f"  {key}: {value};" for key, value in entries.items()]
    return "\n".join([_comment_line(comment), f"export interface {name} {{", *lines, "}"])


def main(arguments: list[str] | None = None) -> int:
    """Entry of the command line. Exit status 1: the file is not what it should be."""
    parser = argparse.ArgumentParser(prog="python -m signaling.schema", description=__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", action="store_true", help="write the file")
    action.add_argument("--check", action="store_true", help="fail when the file is out of date")
    parser.add_argument("--target", type=Path, default=TARGET)
    options = parser.parse_args(arguments)
    text = render()
    if options.write:
        options.target.parent.mkdir(parents=True, exist_ok=True)
        options.target.write_text(text, encoding="utf-8")
        return 0
    if not options.target.exists() or options.target.read_text(encoding="utf-8") != text:
        sys.stderr.write(f"{options.target} is out of date: run `python -m signaling.schema --write`\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
