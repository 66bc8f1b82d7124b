"""What a live room shows to people, for a comparison of before and after."""

from __future__ import annotations

from typing import Any

import msgspec

from signaling import visibility
from signaling.ids import ParticipantId
from signaling.views import View
from tests.support.room_ports import House


def what_is(house: House, names: list[str]) -> dict[str, Any]:
    """What the room shows to these people, and who of them is muted whenever they send."""
    if not names:
        return {}
    people = {name: house.room.participants[ParticipantId(name)] for name in names}
    return {
        name: (
            _in_the_room(visibility.view_of(house.room, person)),
            [house.room.silence.holds(person.participant_id, source) for source in ("microphone", "camera", "screen")],
        )
        for name, person in people.items()
    }


def _in_the_room(view: View) -> dict[str, Any]:
    """What somebody sees of those who are connected: all but media, the quality of connections, and the sums of
    speaking time, of which a restart may cost a quarter of a minute."""
    known = msgspec.to_builtins(view)
    people = {each: person for each, person in known["participants"].items() if person["presence"] != "dropped"}
    if known["stage"]["spotlight"] not in people:
        known["stage"]["spotlight"] = None
    return {
        "people": {each: person | {"quality": None} for each, person in people.items()},
        "recording": known["recording"],
        "documents": known["documents"],
        "caucuses": {each: caucus | {"sealed": None} for each, caucus in known["caucuses"].items()},
        "stage": known["stage"],
        "board": {topic: value for topic, value in known["board"].items() if topic != "balance"},
    }
