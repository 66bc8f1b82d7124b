"""Short words of people that stand on one line of other people's screens and on the record."""

from __future__ import annotations

from signaling.direction import blank, straight
from signaling.errors import ErrorCode, SignalingError


def one_line(text: str, most: int, name: str, *, least: int = 1) -> str:
    """The words on one line, white space as single spaces. ``name``: of the field, for developers.

    Raises:
        SignalingError: BAD_REQUEST, fewer characters than ``least``, more than ``most``, none that can be seen, or some
        that ``straight`` refuses.
    """
    wrong = SignalingError(ErrorCode.BAD_REQUEST, f"{name}: {least} to {most} characters that can be shown")
    try:
        words = " ".join(straight(text).split())
    except ValueError as error:
        raise wrong from error
    if not least <= len(words) <= most or (least and blank(words)):
        raise wrong
    return words
