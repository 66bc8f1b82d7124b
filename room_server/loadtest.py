"""``mediation-room loadtest``: packet-level people in rooms of a running service, for its operator."""

from __future__ import annotations

import json
import secrets
import ssl
import sys
from datetime import UTC, datetime

import uvloop

from room_server.auth import Tokens
from room_server.live.loadtest import PREFIX
from room_server.settings import PREFIX as SETTING
from room_server.settings import Settings
from signaling.load.endpoint import EndpointError
from signaling.load.line import LineError
from signaling.load.rehearsal import Outcome, Plan, PlanError, rehearse

NOT_ALLOWED = """the service does not allow this load test. It allows one when it was started with the setting
load_test_secret ({setting}LOAD_TEST_SECRET) and the same value is set here"""
UNAUTHENTICATED = "unauthenticated"


def main(settings: Settings, url: str, rooms: int, people: int, seconds: float, *, any_certificate: bool) -> int:
    """Carry a load out and print a table and one JSON line.

    The exit status: 0, or 1 when the service refused or media did not arrive, 2 for a load that makes no sense, 130
    after Ctrl-C. However it ends, everybody has left.
    """
    try:
        plan = Plan(url, rooms, people, seconds)
    except PlanError as error:
        return _complain(str(error), 2)
    if not settings.load_test_secret:
        return _complain(f"{SETTING}LOAD_TEST_SECRET is not set here; it must be what the service has", 2)
    tokens = Tokens(settings.load_test_secret, lambda: datetime.now(UTC))
    name = f"{PREFIX}{secrets.token_hex(8)}"
    trust = _trust(url, any_certificate=any_certificate)
    try:
        outcome = uvloop.run(rehearse(plan, name, lambda room_id, who: tokens.room(who, room_id), trust))
    except KeyboardInterrupt:
        return _complain("stopped; everybody has left", 130)
    except LineError as error:
        refused = error.code == UNAUTHENTICATED
        return _complain(NOT_ALLOWED.format(setting=SETTING) if refused else str(error), 1)
    except EndpointError as error:
        return _complain(f"no media gets through: {error}", 1)
    figures = summary(plan, outcome)
    for key, value in figures.items():
        print(f"{key:<16} {value}")
    print(json.dumps(figures))
    return 0 if figures["streams"] == figures["streams_expected"] else 1


def summary(plan: Plan, outcome: Outcome) -> dict[str, int | float]:
    """The figures of a load; delays are from the sender through the service to the receiver, both in this process."""
    got = outcome.got
    return {
        "rooms": plan.rooms,
        "people": plan.rooms * plan.people,
        "seconds": round(outcome.seconds, 1),
        "room_entered_ms": round(outcome.entering_ms),
        "streams_expected": plan.streams,
        "streams": got.streams,
        "packets_per_s": round(got.packets / outcome.seconds),
        "delivered": round(got.delivered, 5),
        "unreadable": got.unreadable,
        "p50_ms": got.p50_ms,
        "p99_ms": got.p99_ms,
    }


def _trust(url: str, *, any_certificate: bool) -> ssl.SSLContext | None:
    if not url.startswith("https:"):
        return None
    context = ssl.create_default_context()
    if any_certificate:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _complain(text: str, status: int) -> int:
    print(f"mediation-room loadtest: {text}", file=sys.stderr)
    return status
