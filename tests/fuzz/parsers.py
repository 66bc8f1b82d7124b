"""Odd JSON and odd bytes for what reads them: a refusal with a code, or a ValueError, and nothing else."""

from __future__ import annotations

import asyncio
import copy
import random
import traceback
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from signaling.errors import ErrorCode, SignalingError
from signaling.framing import Framing, UndecodableError
from signaling.sfu import capabilities, control, feed, ortc, rtcp, rtp, soundings, stun, vp8
from tests.fuzz.garbage import Garbage
from tests.fuzz.party import binding_request
from tests.fuzz.stage import Stage
from tests.support.sfu_packets import CAPABILITIES, RECORDED, simulcast_parameters, video_parameters

SCALARS = (
    None, True, False, 0, -1, 1, 15, 96, 128, 2**31, 2**32, 2**63, 2**64, -(2**63), 2**70, 0.5, float("nan"),
    float("inf"), "", "x", "\ud800", "\0", "y" * 300, "video/VP8", "video/rtx", "audio/opus", "video/H264", "nack",
    "pli", capabilities.MID,
)  # fmt: skip
DTLS = {"role": "client", "fingerprints": [{"algorithm": "sha-256", "value": "AA:BB"}]}


class Oddity:
    """Makes values of JSON that nobody should send."""

    def __init__(self, chooser: random.Random) -> None:
        self.chooser = chooser

    def value(self, depth: int = 3) -> Any:
        """Something of JSON."""
        kind = self.chooser.randrange(6) if depth else 0
        if kind < 4:
            return self.chooser.choice(SCALARS)
        if kind == 4:
            return [self.value(depth - 1) for _ in range(self.chooser.randrange(4))]
        return {str(self.chooser.choice(SCALARS)): self.value(depth - 1) for _ in range(self.chooser.randrange(4))}

    def spoil(self, value: Any) -> Any:
        """The same with something odd in it."""
        if isinstance(value, dict) and value and self.chooser.random() < 0.9:
            key = self.chooser.choice(sorted(value))
            if self.chooser.random() < 0.1:
                return {other: value[other] for other in value if other != key}
            return {**value, key: self.spoil(value[key])}
        if isinstance(value, list) and value and self.chooser.random() < 0.9:
            index = self.chooser.randrange(len(value))
            kind = self.chooser.randrange(8)
            if kind == 0:
                return value * self.chooser.choice((2, 40))
            if kind == 1:
                return value[:index]
            return [*value[:index], self.spoil(value[index]), *value[index + 1 :]]
        return self.value()


def negotiation(chooser: random.Random, rounds: int) -> Counter[str]:
    """ORTC and DTLS parameters."""
    odd, findings = Oddity(chooser), Counter[str]()
    publications = [RECORDED["audio"], RECORDED["video"], RECORDED["h264"], simulcast_parameters()]
    offered = ortc.read_publication("video", video_parameters())
    for _ in range(rounds):
        kind: Any = chooser.choice(("audio", "video"))
        spoilt = copy.deepcopy(chooser.choice(publications))
        for _ in range(chooser.choice((1, 1, 2, 4))):
            spoilt = odd.spoil(spoilt)
        for read, codes in (
            (lambda it=spoilt, of=kind: ortc.read_publication(of, it), {ErrorCode.BAD_REQUEST}),
            (lambda: ortc.read_dtls(odd.spoil(DTLS)), {ErrorCode.BAD_REQUEST}),
            (
                lambda: ortc.promise(offered, odd.spoil(CAPABILITIES), "0", "x"),
                {ErrorCode.BAD_REQUEST, ErrorCode.CONFLICT},
            ),
        ):
            _refuses(read, codes, findings)
    return findings


def _refuses(read: Callable[[], object], codes: set[ErrorCode], findings: Counter[str]) -> None:
    try:
        read()
    except SignalingError as refused:
        if refused.code not in codes:
            findings[f"refused as {refused.code}"] += 1
    except Exception:
        findings[traceback.format_exc(limit=-2)] += 1


def octets(chooser: random.Random, rounds: int) -> Counter[str]:
    """Everything that reads bytes: ValueError or a value."""
    garbage, findings = Garbage(chooser), Counter[str]()
    carrier = rtp.ExtensionCarrier({1: 10, 13: 11}, level_id=1, sequence_id=5)

    def take_apart(packet: bytes) -> None:
        where = rtp.layout(packet, 0, len(packet))
        if where.extension:
            carrier.carry(packet, where.extension, where.payload)
            rtp.extensions(packet, where.extension, where.payload)
        rtp.transport_sequence(packet, 0, len(packet), 5)
        if where.payload < where.end:
            for look in (rtp.vp8_key_frame, rtp.h264_key_frame, vp8.read_descriptor, vp8.picture_size):
                look(packet, where.payload, where.end)

    readers: list[tuple[Callable[[bytes], object], Callable[[], bytes]]] = [
        (rtcp.parse, garbage.report),
        (soundings.read_feedback, garbage._arrivals),
        (stun.read_request, lambda: garbage.mutate(binding_request("ab", "secret"))),
        (take_apart, garbage.packet),
        (feed.unpack, lambda: garbage.mutate(feed.pack(7, feed.RTP, 1.0, b"x" * 40))),
    ]
    for _ in range(rounds):
        read, make = chooser.choice(readers)
        try:
            read(make())
        except ValueError:
            pass
        except Exception as error:
            # Whoever calls ``stun.read_request`` catches this one too: it is how a cut attribute shows.
            if not (read is stun.read_request and type(error).__name__ == "error"):
                findings[traceback.format_exc(limit=-2)] += 1
    return findings


REQUESTS: tuple[control.Request, ...] = (
    control.CreatePublication(1, "p", "ann", "video", "camera", video_parameters()),
    control.CreateSubscription(2, "s", "bob", "ann-camera", CAPABILITIES),
    control.ConnectTransport(3, "nobody", DTLS),
    control.SetSubscriptionSize(4, "mallory", 10, 10),
    control.StartCapture(5, "nothing", 7),
)


async def requests(stage: Stage, chooser: random.Random, rounds: int) -> Counter[str]:
    """Control messages with odd contents, as the web process would pass them on, and frames that are broken."""
    union: Any = control.AnyRequest
    framing: Framing[control.Request] = Framing(union)
    odd, garbage, findings = Oddity(chooser), Garbage(chooser), Counter[str]()
    for _ in range(rounds):
        plain = msgspec.to_builtins(chooser.choice(REQUESTS))
        try:
            body = msgspec.msgpack.encode(odd.spoil(plain))
        except (OverflowError, UnicodeEncodeError):  # the web process refuses it (``signaling.media``)
            continue
        body = garbage.mutate(body) if chooser.random() < 0.4 else body
        reader = asyncio.StreamReader()
        reader.feed_data(len(body).to_bytes(4, "big") + body)
        try:
            request = await framing.read(reader)
        except UndecodableError:
            continue
        except Exception:
            findings[traceback.format_exc(limit=-2)] += 1
            continue
        if request is not None:
            await _asked(stage, request, findings)
    return findings


async def _asked(stage: Stage, request: control.Request, findings: Counter[str]) -> None:
    try:
        await stage.router.handle(request)
        if isinstance(request, control.CreatePublication):
            await stage.router.handle(control.ClosePublication(0, request.publication_id))
        if isinstance(request, control.CreateSubscription):
            await stage.router.handle(control.CloseSubscription(0, request.subscription_id))
    except SignalingError:
        return
    except Exception:
        findings[traceback.format_exc(limit=-2)] += 1
