"""What a live room shows to people, for a comparison of before and after."""

from __future__ import annotations

from typing import Any

import msgspec

from signaling import visibility
from signaling.ids import ParticipantId
from signaling.messages import Json
from signaling.views import View
from tests.support.room_ports import House

MEMORY = frozenset({"balance"})
"""Topics that a restart may change: sums of which it costs a quarter of a minute."""


def what_is(house: House, names: list[str]) -> dict[str, Any]:
    """What the room shows to these people, and who of them is muted whenever they send."""
    if not names:
        return {}
    people = {name: house.room.participants[ParticipantId(name)] for name in names}
    # To those at the door a host in a private talk is there even while cut off, until a restart.
    members = {each for caucus in house.room.caucuses for each in caucus.members}
    cut_off = members - {each.participant_id for each in house.room.participants.values() if each.connected}
    return {
        name: (
            _in_the_room(visibility.view_of(house.room, person), cut_off if not person.admitted else set()),
            [house.room.silence.holds(person.participant_id, source) for source in ("microphone", "camera", "screen")],
        )
        for name, person in people.items()
    }


def _in_the_room(view: View, cut_off: set[ParticipantId]) -> dict[str, Any]:
    """What somebody sees of those who are connected: all but media, what pages tell anew, and ``MEMORY``."""
    known = msgspec.to_builtins(view)
    shown = {each: person for each, person in known["participants"].items() if each not in cut_off}
    people = {each: person for each, person in shown.items() if person["presence"] != "dropped"}
    if known["stage"]["spotlight"] not in people:
        known["stage"]["spotlight"] = None
    return {
        "people": {each: person | {"quality": None, "troubles": None} for each, person in people.items()},
        "recording": known["recording"],
        "documents": known["documents"],
        "caucuses": {each: caucus | {"sealed": None} for each, caucus in known["caucuses"].items()},
        "stage": known["stage"],
        "board": {topic: value for topic, value in known["board"].items() if topic not in MEMORY},
    }


def replay(snapshot: Json, events: list[Json]) -> Json:
    """What a client that follows PROTOCOL.md knows after these events."""
    known = shown_parts(snapshot)
    seq = snapshot["seq"]
    for event in events:
        name, data = event["type"], event["data"]
        if name == "active_speakers":
            assert event["seq"] == seq
            continue
        assert event["seq"] == seq + 1, "events have no gaps"
        seq = event["seq"]
        if name == "snapshot":
            known = shown_parts(data["snapshot"])
        elif name == "participant_changed":
            known["participants"][data["participant"]["participant_id"]] = data["participant"]
        elif name == "participant_left":
            del known["participants"][data["participant_id"]]
        elif name == "publication_changed":
            known["publications"][data["publication"]["publication_id"]] = data["publication"]
        elif name == "publication_closed":
            del known["publications"][data["publication_id"]]
        elif name == "recording_changed":
            known["recording"] = data["recording"]
        elif name == "document_changed":
            known["documents"][data["document"]["document_id"]] = data["document"]
        elif name == "caucus_changed":
            known["caucuses"][data["caucus"]["caucus_id"]] = data["caucus"]
        elif name == "caucus_cancelled":
            del known["caucuses"][data["caucus_id"]]
        elif name == "stage_changed":
            known["stage"] = data["stage"]
        elif name == "board_changed" and data["value"] is None:
            known["board"].pop(data["topic"])
        elif name == "board_changed":
            known["board"][data["topic"]] = data["value"]
        elif name == "media_reset":
            known["media_epoch"] = data["epoch"]
        else:
            assert name in ("transport_changed", "subscription_changed", "publication_layers"), name
    return {**known, "seq": seq}


def shown_parts(snapshot: Json) -> dict[str, Any]:
    return {
        "me": snapshot["me"],
        "participants": {p["participant_id"]: p for p in snapshot["participants"]},
        "publications": {p["publication_id"]: p for p in snapshot["publications"]},
        "recording": snapshot["recording"],
        "documents": {d["document_id"]: d for d in snapshot["documents"]},
        "caucuses": {c["caucus_id"]: c for c in snapshot["caucuses"]},
        "stage": snapshot["stage"],
        "board": dict(snapshot["board"]),
        "media_epoch": snapshot["media_epoch"],
    }
