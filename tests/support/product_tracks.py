"""Recorded files as a recorder that was killed leaves them: real sound and pictures, the index never closed."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Literal

from recorder.capture import Capture
from recorder.control import StartTrack
from recorder.tracks import create
from signaling.ids import CaptureId
from tests.support.capture_rtp import OPUS, VP8, opus_packets, vp8_packets

SECONDS = 2.5


def record_track(folder: Path, capture_id: int, path: str, kind: Literal["audio", "video"]) -> str:
    """Leave a track of a few seconds below ``folder``. Returns its MIME type."""
    shape, packets = (OPUS, opus_packets(SECONDS)) if kind == "audio" else (VP8, vp8_packets(SECONDS, rate=10))
    request = StartTrack(
        1, CaptureId(capture_id), path, kind, shape.mime_type, shape.clock_rate, shape.channels, shape.payload_type
    )
    began = time.time()
    with tempfile.TemporaryDirectory() as alive:
        writer, line = create(request, shape, Path(alive))
        capture = Capture(shape)
        for packet in packets:
            capture.rtp(packet.wire(), began + packet.at, packet.at)
            while (draft := capture.take()) is not None:
                writer.seal(draft.data, draft.facts)
        shutil.copytree(Path(alive), folder, dirs_exist_ok=True)  # the moment of death
        writer.close("stopped", time.time(), None)
    return line.mime_type
