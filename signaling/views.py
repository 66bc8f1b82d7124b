"""What one person may know of a room, and the events that lead from one such view to the next.

Nothing is told to anybody except as the difference of two views of theirs: that is why a snapshot followed by events
always equals a fresh snapshot, and why what a view leaves out cannot leak through an event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from signaling.ids import CaucusId, DocumentId, ParticipantId, PublicationId
from signaling.messages import (
    BoardChanged,
    CancelReason,
    CaucusCancelled,
    CaucusChanged,
    CaucusView,
    DocumentChanged,
    DocumentView,
    Event,
    Json,
    MediaReset,
    ParticipantChanged,
    ParticipantLeft,
    ParticipantView,
    PublicationChanged,
    PublicationClosed,
    PublicationView,
    RecordingChanged,
    RecordingView,
    StageChanged,
    StageView,
)

HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class View:
    """One person's knowledge. Its parts are never changed in place."""

    participants: Mapping[ParticipantId, ParticipantView] = field(default_factory=dict)
    publications: Mapping[PublicationId, PublicationView] = field(default_factory=dict)
    recording: RecordingView = field(default_factory=RecordingView)
    documents: Mapping[DocumentId, DocumentView] = field(default_factory=dict)
    caucuses: Mapping[CaucusId, CaucusView] = field(default_factory=dict)
    stage: StageView = field(default_factory=StageView)
    board: Mapping[str, Any] = field(default_factory=dict)
    media_epoch: int = 0


def changes(before: View, after: View, reasons: Mapping[str, str], router_capabilities: Json) -> Iterator[Event]:
    """The events after which somebody who knew ``before`` knows ``after``.

    ``reasons`` says why people are gone, and why caucuses do not take place, by their ids; somebody who is gone without
    one is hidden from this viewer.
    """
    for publication_id in [gone for gone in before.publications if gone not in after.publications]:
        yield PublicationClosed(publication_id)
    for participant_id in [gone for gone in before.participants if gone not in after.participants]:
        yield ParticipantLeft(participant_id, reasons.get(participant_id, HIDDEN))
    if after.media_epoch != before.media_epoch:
        yield MediaReset(after.media_epoch, router_capabilities)
    for participant_id, participant in after.participants.items():
        if before.participants.get(participant_id) != participant:
            yield ParticipantChanged(participant)
    for publication_id, publication in after.publications.items():
        if before.publications.get(publication_id) != publication:
            yield PublicationChanged(publication)
    if after.recording != before.recording:
        yield RecordingChanged(after.recording)
    for document_id, document in after.documents.items():
        if before.documents.get(document_id) != document:
            yield DocumentChanged(document)
    yield from _caucus_changes(before.caucuses, after.caucuses, reasons)
    if after.stage != before.stage:
        yield StageChanged(after.stage)
    yield from _board_changes(before.board, after.board)


def _caucus_changes(
    before: Mapping[CaucusId, CaucusView], after: Mapping[CaucusId, CaucusView], reasons: Mapping[str, str]
) -> Iterator[CaucusCancelled | CaucusChanged]:
    for caucus_id in [gone for gone in before if gone not in after]:
        yield CaucusCancelled(caucus_id, cast(CancelReason, reasons.get(caucus_id, "called_off")))
    for caucus_id, caucus in after.items():
        if before.get(caucus_id) != caucus:
            yield CaucusChanged(caucus)


def _board_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[BoardChanged]:
    for topic in [gone for gone in before if gone not in after]:
        yield BoardChanged(topic, None)
    for topic, value in after.items():
        if topic not in before or before[topic] != value:
            yield BoardChanged(topic, value)
