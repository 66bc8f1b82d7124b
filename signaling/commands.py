"""What each command does in a room: who may give it, and the one call that carries it out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from signaling import messages as m
from signaling.errors import ErrorCode, SignalingError
from signaling.participant import Participant
from signaling.room import Room
from signaling.wording import one_line

Answer = msgspec.Struct | None
Handler = Callable[[Room, Participant, Any], Awaitable[Answer]]

LONGEST_REASON = 100
"""Characters: it stands on the strip of every phone."""

HOST_ONLY: frozenset[type[m.Command]] = frozenset(
    {
        m.MutePublication,
        m.LowerHand,
        m.MoveHand,
        m.GiveWord,
        m.AskToSwitchOn,
        m.MuteAll,
        m.AllowSharing,
        m.Spotlight,
        m.StartTimer,
        m.StopTimer,
        m.LockRoom,
        m.Admit,
        m.Remove,
        m.StartRecording,
        m.StopRecording,
        m.PauseRecording,
        m.ContinueRecording,
        m.SetWriter,
        m.FreezeDocument,
        m.UnfreezeDocument,
        m.OpenCaucus,
        m.CloseCaucus,
        m.EnterCaucus,
        m.LeaveCaucus,
        m.CloseRoom,
    }
)


async def carry_out(room: Room, person: Participant, command: m.Command) -> Answer:
    """Carry out a command of somebody whose socket holds; what it changed is kept when this returns.

    Raises:
        SignalingError: LOBBY_DENIED while waiting, FORBIDDEN for what only hosts do, and the refusal of the command.
    """
    handler = HANDLERS[type(command)]
    if isinstance(command, m.Ping):
        return None
    if not person.admitted:
        raise SignalingError(ErrorCode.LOBBY_DENIED, "wait until the host lets you in")
    if type(command) in HOST_ONLY and person.role != "host":
        raise SignalingError(ErrorCode.FORBIDDEN, "only a host does this")
    answer = await handler(room, person, command)
    await room.keeping.keep()
    return answer


async def _hello(_room: Room, _person: Participant, _command: m.Hello) -> None:
    raise SignalingError(ErrorCode.WRONG_STATE, "this socket has said hello already")


async def _ping(_room: Room, _person: Participant, _command: m.Ping) -> None:
    return None


async def _create_transport(room: Room, person: Participant, command: m.CreateTransport) -> Answer:
    return await room.switchboard.create_transport(person, command.direction)


async def _connect_transport(room: Room, person: Participant, command: m.ConnectTransport) -> None:
    await room.switchboard.connect_transport(person, command.transport_id, command.dtls_parameters)


async def _restart_ice(room: Room, person: Participant, command: m.RestartIce) -> Answer:
    return await room.switchboard.restart_ice(person, command.transport_id)


async def _publish(room: Room, person: Participant, command: m.Publish) -> Answer:
    return await room.switchboard.publish(person, command)


async def _unpublish(room: Room, person: Participant, command: m.Unpublish) -> None:
    await room.switchboard.unpublish(person, command.publication_id)


async def _set_publication_paused(room: Room, person: Participant, command: m.SetPublicationPaused) -> None:
    await room.switchboard.set_paused(person, command.publication_id, command.paused)


async def _mute_publication(room: Room, person: Participant, command: m.MutePublication) -> None:
    await room.silence.mute(person, command.publication_id, command.muted)


async def _subscribe(room: Room, person: Participant, command: m.Subscribe) -> Answer:
    return await room.switchboard.subscribe(person, command.publication_id, command.rtp_capabilities)


async def _resume_subscription(room: Room, person: Participant, command: m.ResumeSubscription) -> None:
    await room.switchboard.pause_subscription(person, command.subscription_id, paused=False)


async def _pause_subscription(room: Room, person: Participant, command: m.PauseSubscription) -> None:
    await room.switchboard.pause_subscription(person, command.subscription_id, paused=True)


async def _set_subscription_size(room: Room, person: Participant, command: m.SetSubscriptionSize) -> None:
    await room.switchboard.set_size(person, command.subscription_id, command.width, command.height)


async def _unsubscribe(room: Room, person: Participant, command: m.Unsubscribe) -> None:
    await room.switchboard.unsubscribe(person, command.subscription_id)


async def _raise_hand(room: Room, person: Participant, command: m.RaiseHand) -> None:
    room.conduct.raise_hand(person, command.raised)


async def _want_break(room: Room, person: Participant, command: m.WantBreak) -> None:
    room.conduct.want_break(person, command.wanted)


async def _write_caption(room: Room, person: Participant, command: m.WriteCaption) -> None:
    room.captions.write(person, command.text, command.place, command.participant_id)


async def _tell_trouble(room: Room, person: Participant, command: m.TellTrouble) -> None:
    await room.conduct.tell_trouble(person, command.source, command.trouble, off=command.off)


async def _answer_ask(room: Room, person: Participant, command: m.AnswerAsk) -> None:
    room.conduct.answer(person, command.source, command.agreed)


async def _lower_hand(room: Room, person: Participant, command: m.LowerHand) -> None:
    room.conduct.lower_hand(person, command.participant_id)


async def _move_hand(room: Room, person: Participant, command: m.MoveHand) -> None:
    room.conduct.move_hand(person, command.participant_id, command.place)


async def _give_word(room: Room, person: Participant, command: m.GiveWord) -> None:
    await room.conduct.give_word(person, command.participant_id)


async def _ask_to_switch_on(room: Room, person: Participant, command: m.AskToSwitchOn) -> None:
    await room.conduct.ask_to_switch_on(person, command.participant_id, command.source)


async def _mute_all(room: Room, person: Participant, _command: m.MuteAll) -> None:
    await room.conduct.mute_all(person)


async def _allow_sharing(room: Room, person: Participant, command: m.AllowSharing) -> None:
    await room.conduct.allow_sharing(person, command.participant_id, command.allowed)


async def _spotlight(room: Room, person: Participant, command: m.Spotlight) -> None:
    room.conduct.spotlight(person, command.participant_id)


async def _start_timer(room: Room, person: Participant, command: m.StartTimer) -> None:
    await room.conduct.start_timer(person, command.kind, command.seconds)


async def _stop_timer(room: Room, person: Participant, _command: m.StopTimer) -> None:
    room.conduct.stop_timer(person)


async def _lock_room(room: Room, person: Participant, command: m.LockRoom) -> None:
    await room.conduct.lock(person, command.locked)


async def _admit(room: Room, person: Participant, command: m.Admit) -> None:
    await room.admit(person, command.participant_id)


async def _remove(room: Room, person: Participant, command: m.Remove) -> None:
    reason = one_line(command.reason, LONGEST_REASON, "reason", least=0)
    await room.send_out(person, command.participant_id, reason)


async def _start_recording(room: Room, person: Participant, _command: m.StartRecording) -> None:
    await room.policy.start_recording(room, person)


async def _stop_recording(room: Room, person: Participant, command: m.StopRecording) -> None:
    await room.policy.stop_recording(room, person, _reason(command.reason))


async def _pause_recording(room: Room, person: Participant, command: m.PauseRecording) -> None:
    await room.policy.pause_recording(room, person, _reason(command.reason))


def _reason(given: str) -> str:
    return one_line(given, LONGEST_REASON, "reason")


async def _continue_recording(room: Room, person: Participant, _command: m.ContinueRecording) -> None:
    await room.policy.continue_recording(room, person)


async def _set_writer(room: Room, person: Participant, command: m.SetWriter) -> None:
    await room.set_writer(person, command.document_id, command.participant_id, command.may_write)


async def _freeze_document(room: Room, person: Participant, command: m.FreezeDocument) -> Answer:
    return await room.freeze_document(person, command.document_id)


async def _unfreeze_document(room: Room, person: Participant, command: m.UnfreezeDocument) -> None:
    await room.unfreeze_document(person, command.document_id, command.reason)


async def _open_caucus(room: Room, person: Participant, command: m.OpenCaucus) -> Answer:
    return room.movement.announce(person, command.participant_ids, command.in_seconds)


async def _close_caucus(room: Room, _person: Participant, command: m.CloseCaucus) -> None:
    room.movement.close(command.caucus_id, command.in_seconds)


async def _enter_caucus(room: Room, person: Participant, command: m.EnterCaucus) -> None:
    await room.movement.enter(person, command.caucus_id)


async def _leave_caucus(room: Room, person: Participant, _command: m.LeaveCaucus) -> None:
    await room.movement.leave(person)


async def _close_room(room: Room, person: Participant, command: m.CloseRoom) -> None:
    await room.end(person, command.reason)


HANDLERS: dict[type[m.Command], Handler] = {
    m.Hello: _hello,
    m.Ping: _ping,
    m.CreateTransport: _create_transport,
    m.ConnectTransport: _connect_transport,
    m.RestartIce: _restart_ice,
    m.Publish: _publish,
    m.Unpublish: _unpublish,
    m.SetPublicationPaused: _set_publication_paused,
    m.MutePublication: _mute_publication,
    m.Subscribe: _subscribe,
    m.ResumeSubscription: _resume_subscription,
    m.PauseSubscription: _pause_subscription,
    m.SetSubscriptionSize: _set_subscription_size,
    m.Unsubscribe: _unsubscribe,
    m.RaiseHand: _raise_hand,
    m.WantBreak: _want_break,
    m.WriteCaption: _write_caption,
    m.AnswerAsk: _answer_ask,
    m.TellTrouble: _tell_trouble,
    m.LowerHand: _lower_hand,
    m.MoveHand: _move_hand,
    m.GiveWord: _give_word,
    m.AskToSwitchOn: _ask_to_switch_on,
    m.MuteAll: _mute_all,
    m.AllowSharing: _allow_sharing,
    m.Spotlight: _spotlight,
    m.StartTimer: _start_timer,
    m.StopTimer: _stop_timer,
    m.LockRoom: _lock_room,
    m.Admit: _admit,
    m.Remove: _remove,
    m.StartRecording: _start_recording,
    m.StopRecording: _stop_recording,
    m.PauseRecording: _pause_recording,
    m.ContinueRecording: _continue_recording,
    m.SetWriter: _set_writer,
    m.FreezeDocument: _freeze_document,
    m.UnfreezeDocument: _unfreeze_document,
    m.OpenCaucus: _open_caucus,
    m.CloseCaucus: _close_caucus,
    m.EnterCaucus: _enter_caucus,
    m.LeaveCaucus: _leave_caucus,
    m.CloseRoom: _close_room,
}
