"""Where the fixed parts of a dossier are (inside ``data/``), and what its catalogue and log call themselves."""

from __future__ import annotations

FORMAT = "mediation-room dossier 1"

README = "README.txt"
CATALOGUE = "catalogue.json"
EVENTS = "log/events.jsonl"
CHECKPOINT = "log/checkpoint"
CHECKPOINT_STAMP = "log/checkpoint.tst"
ROOT = "trust/root.pem"
CRL = "trust/crl.pem"
LOG_KEY = "trust/log.pem"
STAMP_ROOTS = "trust/tsa-roots.pem"

SEAL_FIELD = "seal"
"""Name of the field of a paper that the organisation's seal goes into."""

SEAL_NAME = "电子印章 Seal"
LOG_NAME = "日志密钥 Log"
"""Common names of the certificates that may seal and that may sign a log; no other certificate counts for these."""


def log_origin(session_id: str) -> str:
    """Origin line of a session's log in its checkpoint."""
    return f"mediation-room/{session_id}"
