"""How fast a dossier is checked: ``python -m tests.bench.verify --megabytes 1024`` on one core.

Prints a table and, last, one line of JSON. The dossier has two recordings in fragments of 128 kB (a second of video at
1 Mbit/s), a signed agreement and a log; the file is read once before measuring, so the disk is not what is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from recorder.dossier import DossierFile, RecordedTrack, build
from recorder.verify import verify
from tests.support.evidence_case import NOON, Keys, contents, log, recording

FRAGMENT = 128 * 1024
MEGABYTE = 1_000_000


def make(folder: Path, megabytes: int) -> tuple[Path, float]:
    """The dossier, and the seconds that building it took (without making the recordings up)."""
    keys = Keys(folder / "pki")
    parts = contents(keys)
    notes = [dict(entry.data) for entry in parts.entries]
    files, tracks = list(parts.files), list(parts.recordings)
    for number in (2, 3):
        track = recording(number, [FRAGMENT] * (megabytes * MEGABYTE // 2 // FRAGMENT))
        video, index = f"recordings/{number}.webm", f"recordings/{number}.fragments.jsonl"
        (folder / f"{number}.webm").write_bytes(track.content)
        files.append(DossierFile(video, folder / f"{number}.webm", "录像", "Video"))
        files.append(DossierFile(index, track.index, "分段索引", "Fragments"))
        end = NOON + timedelta(hours=1)
        tracks.append(RecordedTrack(video, str(number), "video", NOON, end, track.sha256, 0, index))
        notes.append({"sha256": track.sha256})
    path = folder / "case.dossier.zip"
    parts = replace(parts, files=files, recordings=tracks, entries=log(*notes))
    started = time.perf_counter()
    build(path, parts, keys.authority, keys.stamper, NOON)
    return path, time.perf_counter() - started


def main() -> int:
    """Measure, print, and give 0 when the goal is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--goal", type=float, default=300.0, help="MB/s")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as name:
        path, build_seconds = make(Path(name), options.megabytes)
        size = path.stat().st_size
        wall, cpu = [], []
        for _ in range(options.rounds):
            began, used = time.perf_counter(), time.process_time()
            report = verify(path)
            wall.append(time.perf_counter() - began)
            cpu.append(time.process_time() - used)
            assert report.ok, [str(check.sentence) for check in report.checks if not check.ok]
    # Per core means per second of processor time: whoever else is on this machine is not the checker's fault.
    rate = size / min(cpu) / MEGABYTE
    result = {
        "bench": "verify",
        "bytes": size,
        "build_s": round(build_seconds, 3),
        "verify_s": [round(seconds, 3) for seconds in wall],
        "verify_cpu_s": [round(seconds, 3) for seconds in cpu],
        "mb_per_core_s": round(rate, 1),
        "mb_per_wall_s": round(size / min(wall) / MEGABYTE, 1),
        "goal_mb_per_core_s": options.goal,
        "met": rate >= options.goal,
    }
    print(f"{'dossier':<28}{size / MEGABYTE:>10.1f} MB")
    print(f"{'build, with its own check':<28}{build_seconds:>10.2f} s")
    print(f"{'check, best of ' + str(options.rounds):<28}{min(wall):>10.2f} s")
    print(f"{'check, processor time':<28}{min(cpu):>10.2f} s")
    print(f"{'rate on one core':<28}{rate:>10.1f} MB/s (goal {options.goal:.0f})")
    print(json.dumps(result))
    return 0 if rate >= options.goal else 1


if __name__ == "__main__":
    sys.exit(main())
