"""The figures of one live room: what is there, with ids only."""

from __future__ import annotations

import json

import pytest

from room_server.live.figures import Figures
from signaling.errors import SignalingError
from signaling.ids import ParticipantId, RoomId
from tests.support.room_ports import ROOM, house


async def test_a_room_is_named_and_its_transports_are_told_without_names_and_addresses() -> None:
    async with house() as home:
        host, party = await home.host(), await home.arrive("a")
        await host.open_transports()
        await party.open_transports()
        await home.media.create_transport(RoomId("room_2"), ParticipantId("a"), "send")
        figures = Figures(home.hub)
        assert figures.rooms() == [{"room_id": ROOM, "worker": home.media.name, "people": 2, "recording": "off"}]
        found = await figures.of(ROOM)
        assert found is not None
        assert (found["worker"], len(found["transports"])) == (home.media.name, 4)
        assert {each["participant_id"] for each in found["transports"].values()} == {"host", "a"}
        written = json.dumps([figures.rooms(), found])
        assert "192.0.2.7" not in written and "名字" not in written
        assert await figures.of("room_2") is None, "the worker has something of it, but it is no live room"
        home.media.ready = False
        with pytest.raises(SignalingError):
            await figures.of(ROOM)
