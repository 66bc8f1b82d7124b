"""A mediation session as the policy of a live room: every command of a host becomes one use case."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

import msgspec
import structlog

from room_server.bus import Bus
from room_server.domain.session import State
from room_server.live.news import listen
from room_server.live.recording import Director
from room_server.live.refusals import as_signaling
from room_server.live.switches import Switch, Switches, Tell
from room_server.rules.flow import ending_reasons
from room_server.services.everything import Services
from signaling.background import attempt
from signaling.caucus import Caucus
from signaling.clock import SYSTEM_LATER, Later
from signaling.errors import ErrorCode, SignalingError
from signaling.hub import Hub
from signaling.ids import CaucusId, DocumentId, ParticipantId, RoomId
from signaling.inbox import Allowance
from signaling.kept import NOTHING_KEPT, KeptConduct, KeptMember
from signaling.messages import Device, Json, RecordingView, Role
from signaling.participant import Participant
from signaling.policy import Grant, LoadedCaucus, LoadedDocument, RoomState
from signaling.room import Room
from signaling.tracks import Publication

log = structlog.get_logger(__name__)
TRACKS_AT_ONCE, TRACKS_A_SECOND = 40, 0.5
"""New tracks of one person: a page makes two or three whenever it has to build its transports anew."""


class SessionPolicy:
    """Implements ``signaling.policy.RoomPolicy`` with the services of the product."""

    def __init__(
        self,
        services: Services,
        director: Director,
        on_ended: Callable[[str], Awaitable[None]],
        later: Later = SYSTEM_LATER,
    ) -> None:
        self._services = services
        self._switches = Switches(
            services.sessions.record, services.sessions.last_of_device, services.sessions.now, later
        )
        self._director = director
        self._on_ended = on_ended
        self._known: WeakValueDictionary[RoomId, Room] = WeakValueDictionary()  # a room that closed must not stay
        self._paces: WeakKeyDictionary[Room, dict[ParticipantId, Allowance]] = WeakKeyDictionary()
        self._taking_up: WeakKeyDictionary[Room, asyncio.Lock] = WeakKeyDictionary()

    def listen(self, bus: Bus, hub: Hub) -> None:
        """Show what services commit on the screens of live rooms, and close the sockets of who was shut out."""
        listen(bus, hub, self._services, self._director)

    async def close(self) -> None:
        """The process ends in order: what was to be written down later is written down now."""
        await self._switches.close()

    # ---- the door --------------------------------------------------------------------------------------------------

    async def authenticate(self, room_id: RoomId, token: str) -> Grant:
        """Who bears this token, as of now."""
        with as_signaling():
            grant = await self._services.access.enter(room_id, token)
        return Grant(
            ParticipantId(grant.participant_id),
            grant.display_name,
            _role(grant.role),
            grant.side,
            grant.admitted or grant.role == "host",
            grant.expires_at.timestamp(),
        )

    async def open_room(self, room_id: RoomId) -> RoomState:
        """A session's room: its document, whether it is recorded, what its screens show."""
        with as_signaling():
            details = await self._services.sessions.by_room(room_id)
            session_id = details.session.session_id
            board = await self._services.board(session_id)
            recording = await self._services.recording.current(session_id)
            caucuses = await self._caucuses(session_id)
            conduct = await self._services.conduct.get(session_id)
        return RoomState(
            session_id,
            [DocumentId("agreement")],
            recording,
            board,
            caucuses,
            begun=details.session.state is not State.SCHEDULED,
            locked=conduct.locked_at is not None,
            spoken=conduct.spoken,
            conduct=_understood(conduct.live),
        )

    def may_see(self, room: Room, viewer: Participant, subject: Participant) -> bool:
        """Nothing beyond the room's own rule."""
        return True

    def may_receive(self, room: Room, viewer: Participant, publication: Publication) -> bool:
        """Nothing beyond the room's own rule."""
        return True

    # ---- coming and going ------------------------------------------------------------------------------------------

    async def joined(self, room: Room, participant: Participant) -> None:
        """On the record. The session starts with its mediator."""
        session_id = room.meeting
        with as_signaling():
            if participant.role == "host":
                await self._services.sessions.start(session_id, participant.participant_id)
            kind = "reconnected" if participant.connections else "joined"
            await self._services.sessions.record(session_id, kind, participant.participant_id)
            async with self._taking_up.setdefault(room, asyncio.Lock()):
                if self._known.get(room.room_id) is not room:
                    if room.caucuses.running:
                        await self._director.hold(room)
                    await self._take_up_recording(room, session_id)
                    self._known[room.room_id] = room

    async def connection_lost(self, room: Room, participant: Participant) -> None:
        """On the record."""
        await self._services.sessions.record(room.meeting, "connection_lost", participant.participant_id)

    async def left(self, room: Room, participant: Participant, reason: str) -> None:
        """On the record, after what they did last."""
        session_id = room.meeting
        await self._switches.settle(session_id, participant.participant_id)
        await self._services.sessions.record(session_id, "left", participant.participant_id, {"reason": reason})

    async def admit(self, room: Room, by: Participant, subject: Participant) -> None:
        """Let somebody in."""
        with as_signaling():
            await self._services.sessions.admit(room.meeting, by.participant_id, subject.participant_id)

    async def remove(self, room: Room, by: Participant, subject: Participant, reason: str) -> None:
        """Send somebody out; their tokens and their link are dead when this returns."""
        with as_signaling():
            await self._services.sessions.remove(room.meeting, by.participant_id, subject.participant_id, reason)

    # ---- media -----------------------------------------------------------------------------------------------------

    async def publication_opened(self, room: Room, publication: Publication) -> None:
        """A track starts; when a recording runs and the person agreed, it is captured from its first packet.

        Each recorded track is a file and two entries of the log: nobody makes thousands an hour.
        """
        pace = self._paces.setdefault(room, {})
        allowance = pace.setdefault(publication.participant_id, Allowance(TRACKS_AT_ONCE, TRACKS_A_SECOND, monotonic))
        if not allowance.take():
            raise SignalingError(ErrorCode.RATE_LIMITED, "too many new tracks")
        await self._director.opened(room, publication)
        await attempt(self._switched(room, publication, self._switches.told_again))  # no reason to refuse a microphone

    async def publication_changed(self, room: Room, publication: Publication) -> None:
        """A camera or microphone was switched, or a host muted it: on the record, unless it was in a private talk."""
        await self._switched(room, publication, self._switches.told)

    async def _switched(self, room: Room, track: Publication, tell: Tell) -> None:
        if room.caucuses.of(track.participant_id) is not None:
            return
        data = {"source": track.source, "paused": track.paused, "muted_by_host": track.muted_by_host}
        await tell(Switch(room.meeting, "track_switched", track.participant_id, track.source), data)

    async def trouble_told(self, room: Room, participant: Participant, source: Device, *, off: bool) -> None:
        """Why nobody heard or saw somebody: on the record, unless it was in a private talk."""
        if room.caucuses.of(participant.participant_id) is not None:
            return
        session_id, who = room.meeting, participant.participant_id
        trouble = {"source": source, "trouble": participant.troubles.get(source)}
        await self._switches.told_again(Switch(session_id, "device_trouble", who, source), trouble)
        if off and not room.switchboard.sends(who, source):  # what is heard is not off, whatever its page says
            silent = {"source": source, "paused": True, "muted_by_host": room.silence.holds(who, source)}
            await self._switches.told_again(Switch(session_id, "track_switched", who, source), silent)

    async def publication_closed(self, room: Room, publication: Publication, reason: str) -> None:
        """A track ended."""
        await self._director.closed(room, publication.publication_id)

    async def media_lost(self, room: Room) -> None:
        """The media worker died."""
        try:
            await self._services.sessions.record(room.meeting, "media_lost", "system")
        finally:  # whatever the books take: the screens must not say that it is recorded
            await self._director.media_lost(room)

    async def media_back(self, room: Room) -> None:
        """A media worker is there again."""
        await self._services.sessions.record(room.meeting, "media_back", "system")

    # ---- recording -------------------------------------------------------------------------------------------------

    async def start_recording(self, room: Room, by: Participant) -> None:
        """Record everybody who agreed."""
        with as_signaling():
            await self._director.start(room, room.meeting, by.participant_id)

    async def pause_recording(self, room: Room, by: Participant, reason: str) -> None:
        """Pause, with a reason."""
        with as_signaling():
            await self._director.pause(room, by.participant_id, reason)

    async def continue_recording(self, room: Room, by: Participant) -> None:
        """Go on."""
        with as_signaling():
            await self._director.go_on(room, by.participant_id)

    async def stop_recording(self, room: Room, by: Participant, reason: str) -> None:
        """Stop."""
        with as_signaling():
            await self._director.stop(room, by.participant_id, reason)

    async def _take_up_recording(self, room: Room, session_id: str) -> None:
        """A recording that ran when this process or this room went away goes on; the time between is a gap."""
        running = await self._services.recording.running(session_id)
        if running is None:
            return
        view = await self._services.recording.current(session_id)
        if running.pause_reason is not None:
            self._director.still_paused(room, running.pause_reason)
        since = await self._services.recording.silent_since(running)
        await self._director.adopt(room, session_id, running.recording_id, view, since)

    # ---- the text --------------------------------------------------------------------------------------------------

    async def load_document(self, room: Room, document_id: DocumentId) -> LoadedDocument:
        """The draft as it was kept."""
        with as_signaling():
            return await self._services.drafting.load(room.meeting, document_id)

    async def append_update(
        self, room: Room, document_id: DocumentId, participant_id: ParticipantId, update: bytes
    ) -> None:
        """Keep one edit."""
        with as_signaling():
            await self._services.drafting.append(room.meeting, document_id, participant_id, update)

    async def set_writer(
        self, room: Room, by: Participant, document_id: DocumentId, subject: Participant, may_write: bool
    ) -> None:
        """Give or take the right to write."""
        session_id = room.meeting
        with as_signaling():
            await self._services.drafting.set_writer(
                session_id, by.participant_id, document_id, subject.participant_id, may_write=may_write
            )

    async def freeze_document(self, room: Room, by: Participant, document_id: DocumentId, content: Json) -> str:
        """Fix the text for signing; its digest."""
        with as_signaling():
            proposal = await self._services.agreements.freeze(room.meeting, by.participant_id, content)
        return proposal.digest

    async def unfreeze_document(self, room: Room, by: Participant, document_id: DocumentId, reason: str) -> None:
        """Open the text again; every signature on it is void."""
        with as_signaling():
            await self._services.agreements.unfreeze(room.meeting, by.participant_id, reason)

    # ---- private talks ---------------------------------------------------------------------------------------------

    async def open_caucus(self, room: Room, caucus: Caucus) -> None:
        """On the record; from now on nothing is recorded anywhere in the room (DOMAIN 3.2 step 8)."""
        await self._director.hold(room)
        try:
            with as_signaling():
                members: list[str] = list(caucus.members)
                await self._services.caucuses.open(room.meeting, caucus.caucus_id, members)
                for member in members:
                    if member not in caucus.members:  # their access ended before this was in the books
                        await attempt(self._services.caucuses.take_out(room.meeting, member))
        except BaseException:
            await self._let_record(room, caucus)
            raise

    async def change_caucus(self, room: Room, caucus: Caucus, host: Participant, *, entered: bool) -> None:
        """On the record."""
        with as_signaling():
            await self._services.caucuses.host_moved(
                room.meeting, caucus.caucus_id, host.participant_id, entered=entered
            )

    async def close_caucus(self, room: Room, caucus: Caucus) -> None:
        """On the record."""
        with as_signaling():
            await self._services.caucuses.close(room.meeting, caucus.caucus_id)

    async def caucus_closed(self, room: Room, caucus: Caucus) -> None:
        """Everybody is back: what was recorded before goes on."""
        await self._let_record(room, caucus)

    async def _let_record(self, room: Room, ended: Caucus) -> None:
        if not any(each.running for each in room.caucuses if each is not ended):
            await self._director.release(room)

    async def _caucuses(self, session_id: str) -> list[LoadedCaucus]:
        details = await self._services.sessions.get(session_id)
        loaded = []
        for one in await self._services.caucuses.of_session(session_id):
            members = [
                KeptMember(ParticipantId(person.participant_id), person.name, _role(person.role), person.seat)
                for person in details.people
                if person.participant_id in one.members and person.removed_at is None
            ]
            closed_at = None if one.closed_at is None else one.closed_at.timestamp()
            loaded.append(
                LoadedCaucus(CaucusId(one.caucus_id), one.side, members, one.opened_at.timestamp(), closed_at)
            )
        return loaded

    # ---- conduct ---------------------------------------------------------------------------------------------------

    async def lock_room(self, room: Room, by: Participant, locked: bool) -> None:
        """On the record."""
        with as_signaling():
            await self._services.conduct.lock(room.meeting, by.participant_id, locked=locked)

    async def break_began(self, room: Room, by: Participant, seconds: int) -> None:
        """On the record: interruptions belong into the minutes (DOMAIN 3.3.4)."""
        data = {"seconds": seconds}
        await self._services.sessions.record(room.meeting, "break_began", by.participant_id, data)

    async def spoken(self, room: Room, seconds: Mapping[str, float]) -> None:
        """Kept for the mediator, not on the record."""
        await self._services.conduct.keep_spoken(room.meeting, seconds)

    async def keep_conduct(self, room: Room, conduct: KeptConduct) -> None:
        """Kept for the next process, not on the record."""
        await self._services.conduct.keep_live(room.meeting, msgspec.to_builtins(conduct))

    # ---- the end ---------------------------------------------------------------------------------------------------

    async def close_room(self, room: Room, by: Participant, reason: str) -> None:
        """End the session and have it filed. When its end cannot be kept, nothing but the recording has ended.

        ``reason``: one of ODM 25, or empty (``SessionService.end``).
        """
        if reason and reason not in ending_reasons():  # before the recording is stopped
            raise SignalingError(ErrorCode.BAD_REQUEST, "reason: a code of ODM 25")
        session_id = room.meeting
        with as_signaling():
            await self._stop_recording_if_on(room, by)
            await self._switches.settle(session_id)
            await self._services.sessions.end(session_id, by.participant_id, reason)
        room.set_recording(RecordingView())
        await self._on_ended(session_id)

    async def _stop_recording_if_on(self, room: Room, by: Participant) -> None:
        if self._director.of(room.room_id) is None:
            return
        try:
            await self._director.stop(room, by.participant_id, "session_ended")
        except SignalingError as error:
            if error.code is not ErrorCode.WRONG_STATE:  # else another host stopped it this moment
                raise


def _understood(live: Mapping[str, Any]) -> KeptConduct:
    """What an older or newer version kept in other words is not worth a room that does not open."""
    try:
        return msgspec.convert(live, KeptConduct)
    except msgspec.ValidationError:
        log.exception("the conduct that was kept is not understood")
        return NOTHING_KEPT


def _role(role: str) -> Role:
    return "host" if role == "host" else "observer" if role == "observer" else "party"
