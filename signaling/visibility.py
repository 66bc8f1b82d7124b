"""Who knows of whom: the room's own rule, to which the policy may only add refusals.

Somebody who waits knows the hosts, the others of their own side who wait, how many came before them (and no side, no
name), and whether a recording runs: nothing else. A host is there or is not: whether they sit in a private talk is told
to the sides in the session and not at the door.
Somebody who was admitted knows everybody who was admitted. A host knows everybody. Across the wall of a caucus there
are no tracks, and of its members only a glimpse (``signaling.caucus``); who is inside sees that those outside are
there, and nothing of how they are conducted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from signaling.captions import TOPIC
from signaling.ids import ParticipantId
from signaling.messages import ParticipantView, StageView
from signaling.participant import Participant
from signaling.tracks import Publication
from signaling.views import View

if TYPE_CHECKING:
    from signaling.caucus import Caucus
    from signaling.room import Room


def sees(room: Room, viewer: Participant, subject: Participant) -> bool:
    """Whether ``viewer`` may know that ``subject`` is in the room."""
    if viewer is subject:
        return True
    return _by_rule(viewer, subject) and room.policy.may_see(room, viewer, subject)


def _by_rule(viewer: Participant, subject: Participant) -> bool:
    if viewer.role == "host" or subject.role == "host":
        return True
    if viewer.admitted:
        return subject.admitted
    return not subject.admitted and subject.side == viewer.side


def knows_track(room: Room, viewer: Participant, publication: Publication) -> bool:
    """Whether ``viewer`` may know of a track, and so receive it."""
    if not publication.opened or not viewer.admitted:
        return False
    if room.caucuses.apart(viewer.participant_id, publication.participant_id):
        return False
    if publication.participant_id == viewer.participant_id:
        return True
    owner = room.participants.get(publication.participant_id)
    if owner is None or not sees(room, viewer, owner):
        return False
    return room.policy.may_receive(room, viewer, publication)


def view_of(room: Room, viewer: Participant) -> View:
    """Everything that ``viewer`` may know now."""
    return _from_inside(room, viewer) if viewer.admitted else _at_the_door(room, viewer)


def _at_the_door(room: Room, viewer: Participant) -> View:
    """What somebody who waits knows. Nothing in it changes because hosts go into a private talk, out of it, or lose
    their connection in it; one who was cut off before it stays so until they are back."""
    people: dict[ParticipantId, ParticipantView] = {}
    for subject in room.participants.values():
        if not sees(room, viewer, subject):
            continue
        if subject.admitted:
            people[subject.participant_id] = subject.outline(subject.presence)
        else:
            people[subject.participant_id] = subject.view(None, (0, None), near=True, closely=subject is viewer)
    for caucus in room.caucuses:  # a host who walked out of a talk is still in it to those outside
        for member in caucus.members.values() if caucus.running else ():
            if member.participant_id not in caucus.absent and sees(room, viewer, member):
                people[member.participant_id] = member.outline("present")
    recording = room.recording
    if recording.state == "paused":  # that it does not run is on every screen; why is for those inside
        recording = msgspec.structs.replace(recording, reason=None)
    return View(
        participants=people,
        recording=recording,
        stage=StageView(ahead=room.door.ahead(viewer.participant_id)),
        board=_board(room, viewer, None),
        media_epoch=room.media_epoch + viewer.moves,
    )


def _from_inside(room: Room, viewer: Participant) -> View:
    mine = room.caucuses.of(viewer.participant_id)
    people: dict[ParticipantId, ParticipantView] = {}
    for subject in room.participants.values():
        theirs = room.caucuses.of(subject.participant_id)
        if (theirs is None or theirs is mine) and sees(room, viewer, subject):
            here = theirs is mine
            people[subject.participant_id] = subject.view(
                None if theirs is None else theirs.caucus_id,
                room.conduct.hand_of(subject.participant_id) if here else (0, None),
                near=here,
                closely=here and (viewer is subject or viewer.role == "host"),
            )
    for caucus in room.caucuses:
        if caucus.running and caucus is not mine:
            for member in caucus.members.values():
                if sees(room, viewer, member):
                    people[member.participant_id] = caucus.glimpse(member)
    board = _board(room, viewer, mine)
    if captions := room.captions.shown_to(viewer):
        board[TOPIC] = captions
    return View(
        participants=people,
        publications={
            publication.publication_id: publication.view()
            for publication in room.publications.values()
            if knows_track(room, viewer, publication)
        },
        recording=room.recording,
        documents={document.document_id: document.view() for document in room.documents.values()},
        caucuses={caucus.caucus_id: caucus.view() for caucus in room.caucuses},
        stage=room.conduct.stage_for(viewer.participant_id, people),
        board=board,
        media_epoch=room.media_epoch + viewer.moves,
    )


def _board(room: Room, viewer: Participant, place: Caucus | None) -> dict[str, Any]:
    return {topic: piece.value for topic, piece in room.board.items() if piece.audience.includes(viewer, place)}
