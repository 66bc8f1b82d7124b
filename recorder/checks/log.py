"""Is the event log whole: chain, Merkle root, signed checkpoint, time-stamp?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.x509.oid import NameOID

from recorder.checkpoint import BadCheckpoint, Checkpoint, open_checkpoint
from recorder.checks.opened import Opened, parse_json
from recorder.layout import CHECKPOINT, CHECKPOINT_STAMP, EVENTS, LOG_KEY, LOG_NAME, log_origin
from recorder.merkle import merkle_root
from recorder.sentences import Failure, Sentence
from recorder.trust import Stamp, Trust, Untrusted, check_stamp

_FIRST = "0" * 64


def check_log(dossier: Opened, trust: Trust) -> tuple[Sentence, Stamp]:
    """Raises Failure naming the entry or the file. Leaves what the log mentions in ``dossier.log_strings``."""
    lines, mentioned = _follow(dossier.read(EVENTS))
    dossier.log_strings = mentioned
    checkpoint = _checkpoint(dossier, trust)
    if checkpoint.origin != log_origin(str(dossier.catalogue.get("session_id"))):
        raise Failure(
            f"{CHECKPOINT} 属于另一日志 {checkpoint.origin}。", f"{CHECKPOINT} belongs to the log {checkpoint.origin}."
        )
    if checkpoint.size != len(lines) or checkpoint.root != merkle_root(lines):
        raise Failure(
            f"{EVENTS} 与 {CHECKPOINT} 不符：记录被删改或者添加。",
            f"{EVENTS} does not fit {CHECKPOINT}: entries were removed, changed or added.",
        )
    try:
        stamp = check_stamp(dossier.read(CHECKPOINT_STAMP), dossier.read(CHECKPOINT), trust)
    except Untrusted as error:
        said = error.sentence
        raise Failure(f"{CHECKPOINT_STAMP}：{said.zh}", f"{CHECKPOINT_STAMP}: {said.en}") from error
    at = stamp.at.isoformat()
    sentence = Sentence(
        f"日志 {len(lines)} 条，哈希链、Merkle 根、校验点签名相符，时间戳 {at}。",
        f"The log has {len(lines)} entries; chain, Merkle root and checkpoint signature hold; time-stamp {at}.",
    )
    return sentence, stamp


def _follow(content: bytes) -> tuple[list[bytes], frozenset[str]]:
    """The lines of an unbroken chain, and every string in the entries' data."""
    if content and not content.endswith(b"\n"):
        raise Failure(f"{EVENTS} 的最后一行不完整。", f"The last line of {EVENTS} is torn.")
    lines = content.split(b"\n")[:-1]
    before, mentioned = _FIRST, set[str]()
    for number, line in enumerate(lines, 1):
        entry = parse_json(line, f"{EVENTS}:{number}")
        if not isinstance(entry, dict) or entry.get("seq") != number or entry.get("previous") != before:
            raise Failure(
                f"{EVENTS} 第 {number} 条与前一条接不上：日志被改动。",
                f"Entry {number} of {EVENTS} does not follow the one before it: the log has been changed.",
            )
        mentioned.update(_strings(entry.get("data")))
        before = hashlib.sha256(line).hexdigest()
    return lines, frozenset(mentioned)


def _checkpoint(dossier: Opened, trust: Trust) -> Checkpoint:
    try:
        certificate = x509.load_pem_x509_certificate(dossier.read(LOG_KEY))
        name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        key = certificate.public_key()
        issued = any(_issued_by(certificate, root) for root in trust.roots)
    except (ValueError, IndexError, TypeError) as error:
        raise Failure(f"{LOG_KEY} 无法读取。", f"{LOG_KEY} cannot be read: {error}") from error
    if not issued or name != LOG_NAME or not isinstance(key, Ed25519PublicKey):
        raise Failure(f"{LOG_KEY} 不是受信任的日志密钥。", f"{LOG_KEY} is not a log key that the root vouches for.")
    try:
        return open_checkpoint(dossier.read(CHECKPOINT).decode(), key)
    except (BadCheckpoint, UnicodeDecodeError) as error:
        raise Failure(f"{CHECKPOINT} 的签名不成立。", f"{CHECKPOINT} does not hold: {error}.") from error


def _issued_by(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
