"""A packet-level person in a room of a running service, who comes in by socket and media port as browsers do."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Final, Self

from signaling.load.endpoint import Endpoint, Inlet, Remote, own_certificate
from signaling.load.line import Line, LineError
from signaling.load.traffic import Person, Shape, person, ssrcs
from signaling.messages import Json
from signaling.sfu.capabilities import AUDIO_LEVEL, TRANSPORT_CC

SOUND_TYPE: Final = 111
PICTURE_TYPE: Final = 96


class Kit:
    """What all visitors of a process share: buffers, a certificate, the service and whether its own is believed."""

    def __init__(self, url: str, trust: ssl.SSLContext | None) -> None:
        self.url = url
        self.trust = trust
        self.inlet = Inlet()
        self.certificate, self.fingerprint = own_certificate()


@dataclass
class Visitor:
    """Somebody who was let in, with both transports, not connected yet."""

    line: Line
    person: Person
    number: int
    capabilities: Json
    sending_id: str
    tracks: list[str] = field(default_factory=list)

    @classmethod
    async def enter(cls, kit: Kit, room_id: str, token: str, number: int, shape: Shape) -> Self:
        """Say hello and make the transports. ``number`` is this person's in the process.

        Raises:
            LineError: the service refused, or has no media port over UDP.
        """
        line = await Line.open(kit.url, room_id, kit.trust)
        try:
            welcome = await line.ask("hello", token=token)
            sending = await line.ask("create_transport", direction="send")
            receiving = await line.ask("create_transport", direction="receive")
            sender, listener = await _endpoint(kit, line, sending), await _endpoint(kit, line, receiving)
        except BaseException:
            await line.close()
            raise
        made = person(sender, listener, number, shape, (SOUND_TYPE, PICTURE_TYPE))
        return cls(line, made, number, _understood(welcome["router_capabilities"]), sending["transport_id"])

    async def publish(self) -> None:
        """Announce a microphone and a camera.

        Raises:
            LineError: it was refused.
        """
        sound, picture = ssrcs(self.number)
        offers = [("audio", "microphone", _sound(sound)), ("video", "camera", _picture(picture))]
        for kind, source, offer in offers[: 1 if self.person.picture is None else 2]:
            made = await self.line.ask(
                "publish", transport_id=self.sending_id, kind=kind, source=source, rtp_parameters=offer
            )
            self.tracks.append(made["publication_id"])

    async def follow(self, other: Visitor) -> None:
        """Receive everything that somebody else announced.

        Raises:
            LineError: it was refused.
        """
        for track in other.tracks:
            made = await self.line.ask("subscribe", publication_id=track, rtp_capabilities=self.capabilities)
            await self.line.ask("resume_subscription", subscription_id=made["subscription_id"])

    async def close(self) -> None:
        """Leave."""
        try:
            await self.line.close()
        finally:
            await self.person.close()


async def _endpoint(kit: Kit, line: Line, made: Json) -> Endpoint:
    candidate = next((each for each in made["ice_candidates"] if each["protocol"] == "udp"), None)
    if candidate is None:
        raise LineError("unreachable", "the service names no UDP address for media")
    ice, prints = made["ice_parameters"], made["dtls_parameters"]["fingerprints"]
    fingerprint = next(each["value"] for each in prints if each["algorithm"] == "sha-256")
    address = (candidate["ip"], candidate["port"])
    remote = Remote(address, ice["usernameFragment"], ice["password"], fingerprint)
    mine = {"role": "client", "fingerprints": [{"algorithm": "sha-256", "value": kit.fingerprint}]}
    await line.ask("connect_transport", transport_id=made["transport_id"], dtls_parameters=mine)
    return Endpoint(kit.inlet, kit.certificate, remote)


def _understood(router: Json) -> Json:
    """All that the router can do, but no repairs: nobody here asks for them, and their padding is not to be counted."""
    codecs = [each for each in router.get("codecs", ()) if not each["mimeType"].endswith("/rtx")]
    return {**router, "codecs": codecs}


def _sound(ssrc: int) -> Json:
    codec = {"mimeType": "audio/opus", "payloadType": SOUND_TYPE, "clockRate": 48000, "channels": 2}
    return _offer("0", codec, ["nack", "transport-cc"], {AUDIO_LEVEL: 1, TRANSPORT_CC: 5}, ssrc)


def _picture(ssrc: int) -> Json:
    codec = {"mimeType": "video/VP8", "payloadType": PICTURE_TYPE, "clockRate": 90000}
    return _offer("1", codec, ["nack", "nack pli", "transport-cc"], {TRANSPORT_CC: 5}, ssrc)


def _offer(mid: str, codec: Json, feedback: list[str], extensions: dict[str, int], ssrc: int) -> Json:
    """``rtp_parameters`` of a track with the header extensions that ``signaling.load.traffic`` writes."""
    pairs = [each.partition(" ") for each in feedback]
    return {
        "mid": mid,
        "codecs": [codec | {"rtcpFeedback": [{"type": kind, "parameter": more} for kind, _, more in pairs]}],
        "headerExtensions": [{"uri": uri, "id": number} for uri, number in extensions.items()],
        "encodings": [{"ssrc": ssrc}],
        "rtcp": {"cname": f"load{ssrc}"},
    }
