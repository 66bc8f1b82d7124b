"""What is looked at once a second: bits and bytes of what flows, and how good the connection of each person is.

Nothing is counted for each packet. Everything is the difference of numbers that the hot path keeps anyway, taken for
those of whom packets arrive or to whom packets go, and for a while afterwards: silent rooms cost nothing. Not everybody
is looked at in one go (``signaling.sfu.deal``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from signaling.ids import ParticipantId, RoomId
from signaling.messages import Json
from signaling.sfu.control import PersonQuality
from signaling.sfu.counters import Counters
from signaling.sfu.deal import Deal
from signaling.sfu.publication import Publication, Stream
from signaling.sfu.quality import LOST_SILENCE, Judge, Losses, Signs
from signaling.sfu.subscription import Subscription
from signaling.sfu.transport import Transport

LINGER: Final = 30.0
"""Seconds for which somebody is looked at after packets stopped: until a lost connection has shown itself."""
STOPPED: Final = 2.0
"""Seconds without a packet after which nothing more is told of losses."""
FRESH: Final = 15.0
"""Seconds after which a round trip is no longer believed; sound is reported every five."""
TICKS: Final = 50
"""In a second (``signaling.sfu.rounds``)."""

Place = tuple[RoomId, ParticipantId]


class Person:
    """One person in one place: their transports, and the word for their connection."""

    def __init__(self) -> None:
        self.transports: list[Transport] = []
        self.signs = Signs()
        self.judge = Judge()
        self.until = 0.0
        self.lately = (0.0, 0.0)
        """Packets that were lost on the way from them and to them, between the last two looks."""
        self._up, self._down = Losses(), Losses()

    def look(self, now: float) -> Signs:
        """What speaks about the connection now."""
        lost_up = packets_up = lost_down = packets_down = 0.0
        for transport in self.transports:
            for publication in transport.publications:
                for stream in publication.streams:
                    lost, expected = stream.reception.take_losses()
                    lost_up, packets_up = lost_up + lost, packets_up + expected
            told, reported = transport.take_told()
            lost_down, packets_down = lost_down + told, packets_down + reported
        self.lately = lost_up, lost_down
        trips = [each.round_trip for each in self.transports if now - each.round_trip_at < FRESH]
        self.signs = Signs(
            self._up.note(lost_up, packets_up),
            self._down.note(lost_down, packets_down),
            max((trip for trip in trips if trip is not None), default=None),
            max((each.silence(now) for each in self.transports), default=0.0),
            any(each.given_up and each.wished for one in self.transports for each in one.subscriptions.values()),
        )
        return self.signs

    def rests(self, now: float) -> bool:
        """Whether nothing can have changed: packets stopped a while ago, all was well, and the browser is there."""
        stopped = self.until - LINGER + STOPPED < now < self.until
        if not stopped or not self.judge.settled or not self._up.faded or not self._down.faded:
            return False
        return all(each.silence(now) < LOST_SILENCE for each in self.transports)

    def statistics(self) -> Json:
        """The word and what speaks for it, as JSON values."""
        return {"quality": self.judge.quality, **self.signs._asdict()}


class Watch:
    """The people of a worker and what flows between them."""

    def __init__(self, counters: Counters, notify: Callable[[PersonQuality], None], *, dealt: bool = False) -> None:
        self._counters = counters
        self._notify = notify
        self._people: dict[Place, Person] = {}
        self._watched: dict[Place, None] = {}
        self._flowing: dict[Subscription, None] = {}
        turns = TICKS if dealt else 1
        self._lost_up = self._lost_down = 0.0
        self._measured: Deal[Subscription] = Deal(turns, float("-inf"))
        self._judged: Deal[Place] = Deal(turns, float("-inf"))

    @property
    def watching(self) -> bool:
        """Whether anybody is looked at also when nothing flows."""
        return bool(self._watched)

    def enter(self, transport: Transport) -> None:
        """Somebody has a transport more."""
        self._people.setdefault(_place(transport), Person()).transports.append(transport)

    def leave(self, transport: Transport) -> None:
        """It is gone. Who has none is forgotten: the web process begins anew with them too."""
        place = _place(transport)
        person = self._people[place]
        self._lose(0.0, transport.take_told()[0])
        person.transports.remove(transport)
        if not person.transports:
            del self._people[place]
            self._watched.pop(place, None)
            self._judged.discard(place)

    def drop(self, publication: Publication) -> None:
        """A track ends: what arrived of it since the last look still counts."""
        self._counters.bytes_received += sum(each.take_bytes() for each in publication.streams)
        self._lose(sum(each.reception.take_losses()[0] for each in publication.streams), 0.0)

    def forget(self, subscription: Subscription) -> None:
        """A subscription ends, likewise."""
        self._flowing.pop(subscription, None)
        self._measured.discard(subscription)
        self._counters.bytes_forwarded += subscription.flow(0.0)

    def look(self, now: float, awake: Sequence[Stream]) -> None:
        """Once a second, or at every tick if it is dealt out; ``awake`` are the streams of which packets arrive."""
        for subscription, elapsed in self._measured.take(now, lambda: self._flows(now, awake)):
            self._counters.bytes_forwarded += subscription.flow(elapsed)
        for place, _ in self._judged.take(now, lambda: list(self._watched)):
            self._judge(place, now)

    def _flows(self, now: float, awake: Sequence[Stream]) -> dict[Subscription, None]:
        """What leaves, or left a second ago; the people to whom it belongs are watched from now on."""
        publications = dict.fromkeys([stream.publication for stream in awake])
        followed = dict.fromkeys(
            [each for publication in publications for each in publication.subscriptions if each.is_open]
        )
        self._counters.bytes_received += sum(each.take_bytes() for each in awake)
        transports = {each.transport for each in publications} | {each.receiver for each in followed}
        for place in {_place(transport) for transport in transports}:
            self._watched[place] = None
            self._people[place].until = now + LINGER
        before, self._flowing = self._flowing, followed
        return before | followed

    def _judge(self, place: Place, now: float) -> None:
        person = self._people[place]
        if person.rests(now):
            return
        signs = person.look(now)
        self._lose(*person.lately)
        if (quality := person.judge.look(now, signs)) is not None:
            self._notify(PersonQuality(*place, quality))
        if person.until < now and person.judge.quality == "good":
            self._watched.pop(place, None)

    def _lose(self, up: float, down: float) -> None:
        """What came late after all is taken back; a counter never goes back."""
        self._lost_up, self._lost_down = self._lost_up + up, self._lost_down + down
        self._counters.packets_lost = max(self._counters.packets_lost, int(self._lost_up))
        self._counters.deliveries_lost = max(self._counters.deliveries_lost, int(self._lost_down))

    def statistics(self) -> list[Json]:
        """The people who are watched, as JSON values."""
        return [
            {"room_id": place[0], "participant_id": place[1], **self._people[place].statistics()}
            for place in self._watched
        ]


def _place(transport: Transport) -> Place:
    return transport.room_id, transport.participant_id
