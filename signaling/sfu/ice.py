"""ICE-lite (RFC 8445 §2.5): the worker answers connectivity checks and never starts one.

A check is believed only after its MESSAGE-INTEGRITY holds with the password of the user fragment it names; everything
else is counted and gets no answer, so that a stranger learns nothing and no address is bound for them.
"""

from __future__ import annotations

import hmac
import secrets
import struct
from collections.abc import Callable
from typing import Final, Generic, NamedTuple, TypeVar

from signaling.messages import Json
from signaling.sfu import stun
from signaling.sfu.counters import Counters
from signaling.sfu.ports import Address

Owner = TypeVar("Owner")

REMEMBERED_SHAPES: Final = 8192
"""Of checks: two for each transport of a full worker. Then it begins anew."""


class Credentials(NamedTuple):
    """The user fragment and password of one ICE generation (RFC 8445 §5.3)."""

    ufrag: str
    password: str


class Check(NamedTuple, Generic[Owner]):
    """A connectivity check that was answered. ``owner`` is None when the answer was an error."""

    answer: bytes
    owner: Owner | None
    nominated: bool


def fresh_credentials() -> Credentials:
    """64 bits of user fragment and 128 bits of password from the system's random source."""
    return Credentials(secrets.token_hex(8), secrets.token_hex(16))


class IceAgent:
    """The server's half of one transport's ICE. After a restart both generations hold until the new one is used."""

    def __init__(self, fresh: Callable[[], Credentials] = fresh_credentials) -> None:
        self._fresh = fresh
        self.generations: list[Credentials] = [fresh()]

    @property
    def current(self) -> Credentials:
        """The newest credentials."""
        return self.generations[-1]

    def parameters(self) -> Json:
        """``iceParameters`` of mediasoup-client."""
        return {"usernameFragment": self.current.ufrag, "password": self.current.password, "iceLite": True}

    def restart(self) -> None:
        """Begin a new generation; the one in use stays, one that was begun and never used does not."""
        self.generations = [self.generations[0], self._fresh()]

    def confirm(self, ufrag: str) -> None:
        """The browser used these credentials: once it is the newest, the older end."""
        if ufrag == self.current.ufrag:
            self.generations = [self.current]


class _Known(NamedTuple, Generic[Owner]):
    """What a user fragment stands for."""

    agent: IceAgent
    owner: Owner
    used: Credentials
    key: stun.Key


class _Asked:
    """What a browser repeats from one check to the next. ``place`` is what it was told of its ``address``."""

    __slots__ = ("address", "head", "nominated", "place", "ufrag")

    def __init__(self, request: stun.Request) -> None:
        self.ufrag = request.ufrag
        self.head = request.signed[:8]
        self.nominated = request.nominated
        self.address: Address | None = None
        self.place = b""


class IceLite(Generic[Owner]):
    """All agents of a worker by user fragment."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._agents: dict[str, _Known[Owner]] = {}
        self._asked: dict[bytes, _Asked] = {}
        """By shape: who is connected asks the same again and again."""

    def add(self, agent: IceAgent, owner: Owner) -> None:
        """Answer checks for this agent from now on; call again after a restart."""
        for credentials in agent.generations:
            key = stun.Key(credentials.password.encode())
            self._agents[credentials.ufrag] = _Known(agent, owner, credentials, key)

    def remove(self, agent: IceAgent) -> None:
        """Answer no more checks for this agent."""
        for ufrag in [ufrag for ufrag, known in self._agents.items() if known.agent is agent]:
            del self._agents[ufrag]

    def check(self, datagram: bytes, address: Address) -> Check[Owner] | None:
        """Answer one datagram that looks like STUN; None (and a counter) when it deserves no answer."""
        asked = self._asked.get(stun.shape(datagram))
        known = None if asked is None else self._agents.get(asked.ufrag)
        if asked is None or known is None or len(known.agent.generations) > 1:  # which are used is seen there
            return self._first(datagram, address)
        agent, owner, used, key = known
        try:
            signed, integrity = stun.signed_again(datagram, asked.head)
        except ValueError:
            self._counters.stun_malformed += 1
            return None
        if used is not agent.generations[0] or not hmac.compare_digest(key.sign(signed), integrity):
            self._counters.stun_bad_integrity += 1
            return None
        if address is not asked.address:
            asked.place = stun.place_of(address, b"") if ":" not in address[0] else b""
            asked.address = address
        self._counters.stun_answered += 1
        transaction = datagram[8:20]
        place = asked.place or stun.place_of(address, transaction)
        return Check(stun.mapped_at(transaction, place, key), owner, asked.nominated)

    def _first(self, datagram: bytes, address: Address) -> Check[Owner] | None:
        try:
            request = stun.read_request(datagram)
        except (ValueError, struct.error):
            self._counters.stun_malformed += 1
            return None
        known = self._agents.get(request.ufrag)
        if known is None:
            self._counters.stun_unknown_ufrag += 1
            return None
        agent, owner, used, key = known
        if used not in agent.generations or not request.authentic(key):
            self._counters.stun_bad_integrity += 1
            return None
        # The lite side is always controlled (RFC 8445 §6.1.1): a peer that says so too must change its mind.
        if request.controlled:
            self._counters.stun_role_conflict += 1
            answer = stun.role_conflict(request.transaction, key)
            return Check(answer, None, request.nominated)
        if stun.repeatable(datagram, request):
            if len(self._asked) >= REMEMBERED_SHAPES:
                self._asked.clear()
            self._asked[stun.shape(datagram)] = _Asked(request)
        self._counters.stun_answered += 1
        if len(agent.generations) > 1 and used == agent.current:
            for older in agent.generations[:-1]:
                self._agents.pop(older.ufrag, None)
            agent.confirm(request.ufrag)
        answer = stun.mapped(request.transaction, address, key)
        return Check(answer, owner, request.nominated)
