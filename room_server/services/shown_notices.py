"""The words of notices as they were shown to whoever answered: kept by their digest, which the log names.

A newer version of a text takes the place of the older one in the product; what somebody agreed to is still there.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from typing import Final

from recorder.dossier import DossierFile
from recorder.eventlog import Entry
from room_server.rules.notices import NoticeText
from room_server.services.ports import Ports

FOLDER: Final = "notices"
ANSWERED: Final = ("consent_given", "consent_withdrawn")


def _key(session_id: str, digest: str) -> str:
    return f"{FOLDER}/{session_id}/{digest}.md"


async def keep(ports: Ports, session_id: str, text: NoticeText) -> dict[str, str]:
    """Keep a notice as it is shown now.

    Returns the SHA-256 (hex) of its words for the log: ``text``, and ``reading`` where there is an English version.
    """
    words = {"text": text.body.encode()}
    if text.reading is not None:
        words["reading"] = text.reading.encode()
    digests = {}
    for name, data in words.items():
        digests[name] = hashlib.sha256(data).hexdigest()
        await asyncio.to_thread(ports.blobs.put, _key(session_id, digests[name]), data)
    return digests


def filed(ports: Ports, session_id: str, current: Iterable[NoticeText], entries: Iterable[Entry]) -> list[DossierFile]:
    """Every text that somebody answered; of what nobody did, or before texts were kept, the one in force."""
    given = [entry.data for entry in entries if entry.kind in ANSWERED]
    files: list[DossierFile] = []
    for text in current:
        answers = [data for data in given if data["notice"] == text.notice.notice_id]
        kept = {(data["version"], data["text"]): data.get("reading") for data in answers if "text" in data}
        if not answers or len([data for data in answers if "text" in data]) < len(answers):
            reading = None if text.reading is None else text.reading.encode()
            files += _files(text, text.notice.version, text.body.encode(), reading)
            kept.pop((text.notice.version, hashlib.sha256(text.body.encode()).hexdigest()), None)
        for (version, digest), other in kept.items():
            # The facts of a case may have been put right between two answers to one version.
            name = version if len([each for each, _ in kept if each == version]) == 1 else f"{version}-{digest[:8]}"
            files += _files(text, name, *(_words(ports, session_id, each) for each in (digest, other)))
    return files


def _words(ports: Ports, session_id: str, digest: str | None) -> bytes | None:
    return None if digest is None else ports.blobs.get(_key(session_id, digest))


def _files(text: NoticeText, version: str, words: bytes | None, reading: bytes | None) -> list[DossierFile]:
    """The text that was agreed to, and the version that was shown for reading it in English."""
    path = f"{FOLDER}/{text.notice.notice_id}-{version}"
    reading_titles = (
        f"{text.title_zh}（英文阅读版，以中文为准）",
        f"{text.title_en} (for reading; the Chinese text decides)",
    )
    files = [] if words is None else [DossierFile(f"{path}.md", words, text.title_zh, text.title_en)]
    return files if reading is None else [*files, DossierFile(f"{path}.en.md", reading, *reading_titles)]
