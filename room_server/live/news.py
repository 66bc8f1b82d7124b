"""What services commit reaches the live rooms: it is shown there, and who was shut out is sent out."""

from __future__ import annotations

from room_server.bus import AccessEnded, Bus, ContinuedElsewhere, Published, RecordingConsentChanged
from room_server.live.recording import Director
from room_server.services.everything import Services
from signaling.hub import Hub
from signaling.ids import ParticipantId
from signaling.room import Room


def listen(bus: Bus, hub: Hub, services: Services, director: Director) -> None:
    """Hear what the bus tells from now on."""

    async def show(event: Published) -> None:
        async def news(room: Room) -> None:
            room.set_board(event.topic, event.value, event.audience)

        await hub.tell(event.session_id, news)

    async def shut_out(event: AccessEnded) -> None:
        await hub.tell(event.session_id, lambda room: room.remove(ParticipantId(event.participant_id), event.reason))
        await services.caucuses.take_out(event.session_id, event.participant_id)
        await services.presentations.shut_out(event.session_id, event.participant_id)

    async def hand_over(event: ContinuedElsewhere) -> None:
        participant_id = ParticipantId(event.participant_id)
        await hub.tell(event.session_id, lambda room: room.door.hand_over(participant_id, "continued_elsewhere"))

    async def consent(event: RecordingConsentChanged) -> None:
        participant_id = ParticipantId(event.participant_id)
        await hub.tell(event.session_id, lambda room: director.consent_changed(room, participant_id, event.agreed))

    bus.subscribe(RecordingConsentChanged, consent)
    bus.subscribe(Published, show)
    bus.subscribe(AccessEnded, shut_out)
    bus.subscribe(ContinuedElsewhere, hand_over)
