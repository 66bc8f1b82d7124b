"""What goes to one subscriber's browser, fitted to what their way down bears (``signaling.sfu.bandwidth``)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from signaling.sfu import rtp
from signaling.sfu.allocation import MARGIN, Layers, Wish, cost, give_less, next_step, share
from signaling.sfu.arrangement import arrange
from signaling.sfu.bandwidth import Downlink
from signaling.sfu.soundings import HEAD, LARGEST_PADDING, Echo, Soundings, body
from signaling.sfu.subscription import Route, Subscription

if TYPE_CHECKING:
    from signaling.sfu.egress import Egress
    from signaling.sfu.transport import Transport

RESTING_LOOK: Final = 0.19
TENSE_LOOK: Final = 0.09
"""Seconds between two looks: while no limit is known, and when one is."""
MEASURED_OVER: Final = 0.6
"""Seconds over which the rate of what is sent is taken."""
OVERHEAD: Final = 64
"""Bytes of a packet around its payload: its header and extensions, SRTP tag, UDP and IPv4."""
REPAIRS: Final = 0.5
REPAIRS_WHEN_NARROW: Final = 0.15
"""Packets of pictures that may be sent again for each that is sent."""
MOST_REPAIRS, MOST_REPAIRS_OF_SOUND = 20, 60
"""At once."""
REPAIRS_OF_SOUND: Final = 100.0
"""Packets of sound in a second that may be sent again: half of what four people say who all talk at once."""
SILENT: Final = 0.8
"""Seconds without any RTCP after which a browser that answers soundings is cut off; on a full way it asks for more."""
SILENT_DEAF: Final = 2.5
"""The same for one that only reports once a second."""
SOUNDING_BYTES: Final = LARGEST_PADDING + OVERHEAD - 8
LARGEST_TRIAL: Final = 1_500_000
"""Bits per second of padding at most."""
SHORT_PADDING: Final = 4
HELD_BACK: Final = 0.28
"""Seconds between two looks that tell of a pause of this process."""
LONGEST_ELAPSED: Final = 0.3
"""Seconds for which padding is sent at once at most, after a pause of this process."""


class WayDown:
    """The way to one subscriber: soundings, the estimate from them, and who gets what of it."""

    def __init__(self, transport: Transport) -> None:
        self.estimate = Downlink()
        self._transport = transport
        self._soundings = Soundings()
        self._looked_at = self._heard_at = 0.0
        self._cuts = 0
        self._padded = self._octets = self._packets = self._told = 0
        """Of what was sent: bytes of padding and of media, packets of media and those that would be asked for again."""
        self._repairs, self._repairs_of_sound = float(MOST_REPAIRS), float(MOST_REPAIRS_OF_SOUND)
        self._repaired_at = 0.0
        self._asked = 0
        """Packets that were asked for again since the last look, for the first time."""
        self._sent: deque[tuple[float, int, int]] = deque()

    def start_over(self) -> None:
        """Packets leave on another path from now on: nothing is known of it."""
        self.estimate = Downlink()
        self._cuts = 0
        self._overlook()

    def _overlook(self) -> None:
        """What was lost until now was lost to an interruption."""
        self._soundings.forget()
        self.estimate.interrupted()
        self._asked = 0
        for subscription in self._transport.subscriptions.values() if self._heard_at else ():
            subscription.overlook()

    def heard(self, now: float) -> None:
        """Some RTCP came from the browser: what was not answered until now is lost, unless everything was cut off."""
        if now - self._heard_at > self._silence:
            self._overlook()
        self._heard_at = now

    @property
    def _silence(self) -> float:
        return SILENT_DEAF if self._soundings.answered_at < 0 else SILENT

    def hear(self, feedback: bytes, now: float) -> None:
        """The browser tells when soundings arrived. Raises ValueError when it is malformed."""
        for echo in self._soundings.hear(feedback, now):
            self._note(echo, now)

    def asked(self, subscription: Subscription, sequences: Iterable[int]) -> None:
        """The browser misses these: sooner told than in any report."""
        if subscription.asks:
            self._asked += subscription.newly_asked(sequences)

    def repairs(self, subscription: Subscription, wanted: int, now: float) -> int:
        """How many of so many lost packets may be sent again: on a way that is full they would push out new ones."""
        if subscription.publication.kind == "audio":
            more = REPAIRS_OF_SOUND * (now - self._repaired_at)
            self._repairs_of_sound = min(MOST_REPAIRS_OF_SOUND, self._repairs_of_sound + more)
            self._repaired_at = now
            allowed = min(wanted, int(self._repairs_of_sound))
            self._repairs_of_sound -= allowed
            return allowed
        if self.estimate.troubled(now):
            return 0
        allowed = min(wanted, int(self._repairs))
        self._repairs -= allowed
        return allowed

    def _note(self, echo: Echo, now: float) -> None:
        self.estimate.told_sounding(now, *echo)

    def look(self, now: float, egress: Egress) -> None:
        """Judge, change what is sent, queue a sounding. Called often: it decides by itself when a look is due."""
        elapsed = now - self._looked_at
        if elapsed < RESTING_LOOK and (elapsed < TENSE_LOOK or not self._tense(now)):
            return
        self._looked_at = now
        if elapsed > HELD_BACK:
            self.estimate.hurried(now)
        if now - self._heard_at > self._silence:
            self._sound(now, egress, 0)
            return
        for echo in self._soundings.lost(self._heard_at, self.estimate.trips.base):
            self._note(echo, now)
        media, everything = self._rates(now)
        content = self._content()
        target = self.estimate.look(now, everything, None if content else self._needed())
        cut, self._cuts = self._cuts != self.estimate.cuts, self.estimate.cuts
        if cut:
            self._repairs = 0.0
        if not content or self.estimate.limit is not None or now <= self.estimate.forgotten_until:
            self._distribute(now, cut)
        padding = min(LARGEST_TRIAL, target - media) * min(elapsed, LONGEST_ELAPSED) / 8
        self._sound(now, egress, int(padding / SOUNDING_BYTES))

    def _tense(self, now: float) -> bool:
        late = self._asked or self._soundings.overdue(now, self.estimate.trips.base)
        return self.estimate.tense or (bool(late) and self._soundings.answered_at >= 0)

    def _content(self) -> bool:
        """Whether everything is given that is wished."""
        subscriptions = self._transport.subscriptions.values()
        return not any(each.given_up or each.ceiling < (each.wish or 0) for each in subscriptions)

    def _wishes(self) -> tuple[list[Subscription], list[Wish], Layers]:
        """What is wished, how much of what, and what of it is given."""
        subscriptions = [each for each in self._transport.subscriptions.values() if each.wished]
        return subscriptions, [_wish(each) for each in subscriptions], [each.granted for each in subscriptions]

    def _needed(self) -> float | None:
        """Bits per second that must get through for the next better picture; None: nothing better is wished."""
        _, wishes, held = self._wishes()
        step = next_step(wishes, held)
        return None if step is None else (cost(wishes, held) + step.extra) * MARGIN

    def _distribute(self, now: float, cut: bool) -> None:
        subscriptions, wishes, held = self._wishes()
        given = (give_less if cut else share)(self.estimate.limit, wishes, held)
        for subscription, layer in zip(subscriptions, given, strict=True):
            if layer != subscription.granted:
                self._grant(subscription, layer, now)
            if now <= self.estimate.forgotten_until:
                subscription.forgive()

    @staticmethod
    def _grant(subscription: Subscription, layer: int | None, now: float) -> None:
        before = subscription.granted
        top = len(subscription.publication.streams) - 1
        if layer is None:
            subscription.aim(None)
            return
        subscription.given_up = False
        subscription.ceiling = top if layer == subscription.wish else layer
        if before is not None and layer < before:
            subscription.close_gate()  # the queue must drain now, not when the next key frame comes
        arrange(subscription.publication, now)
        subscription.refresh()

    def _rates(self, now: float) -> tuple[float, float]:
        """Bits per second that left of late: media with repairs, and with padding."""
        octets = packets = told = 0
        for each in self._transport.subscriptions.values():
            count, payload = each.left()
            octets += OVERHEAD * count + payload
            if count and each.repaired:
                octets += int((OVERHEAD + payload / count) * each.repaired)
            packets += count
            told += count if each.asks else 0
        self._octets = octets
        media = 8 * octets
        share = REPAIRS if self.estimate.limit is None else REPAIRS_WHEN_NARROW
        self._repairs = min(MOST_REPAIRS, self._repairs + share * max(0, packets - self._packets))
        self._packets = packets
        self.estimate.told_losses(now, min(self._asked, told - self._told), told - self._told)
        self._asked, self._told = 0, told
        sent = self._sent
        sent.append((now, media, media + 8 * self._padded))
        while sent[0][0] < now - MEASURED_OVER:
            sent.popleft()
        began, first_media, first_all = sent[0]
        if now <= began:
            return 0.0, 0.0
        return max(0, media - first_media) / (now - began), max(0, sent[-1][2] - first_all) / (now - began)

    def _sound(self, now: float, egress: Egress, packets: int) -> None:
        """Send this many packets of padding, at least a short one."""
        carrier = next((each for each in self._transport.subscriptions.values() if each.promised.rtx_ssrc), None)
        outbound = self._transport.outbound
        if carrier is None or outbound is None:
            return
        if packets <= 0 and (self._soundings.deaf or not carrier.promised.sounded):
            return
        ssrc, payload_type = carrier.promised.rtx_ssrc or 0, carrier.promised.rtx_payload_type or 0
        route = Route(
            outbound.handle, payload_type, 0, 0, ssrc, self._transport.name.pointer, 0, 0, 0, self._transport.connection
        ).plain()
        timestamp = carrier.stream.newest_timestamp + carrier.offsets.timestamp
        for _ in range(max(1, packets)):
            padding = LARGEST_PADDING if packets > 0 else SHORT_PADDING
            sounding = body(self._soundings.send(now, self._octets + self._padded), padding)
            number = carrier.next_repair
            carrier.next_repair += 1
            egress.copy_out([route], sounding, HEAD, 0, number, timestamp)
            self._padded += rtp.HEADER_BYTES + len(sounding) + OVERHEAD - 20


def _wish(subscription: Subscription) -> Wish:
    publication, wish = subscription.publication, subscription.wish or 0
    rates = publication.rates()
    if publication.kind == "audio":
        return Wish(rates[:1], sound=True)
    return Wish(rates[: wish + 1], subscription.pixels)
