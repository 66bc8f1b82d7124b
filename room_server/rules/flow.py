"""What ``flow.toml`` says about the end of a mediation and about when an agreement takes effect."""

from __future__ import annotations

from room_server.rules.package import table

AGREEMENT, OTHER = "AGREEMENT", "OTHER"


def ending_reasons() -> dict[str, str]:
    """The eight reasons of ODM 25, word for word, by code."""
    return {entry["code"]: entry["quote"] for entry in table("flow")["ending_reason"]}


def effect_text(route: str) -> str:
    """What an agreement says about its own effect on this route (LDZ 14; QY 26).

    Raises:
        LookupError: the route is unknown.
    """
    for entry in table("flow")["effective_rule"]:
        if entry["route"] == route:
            return f"本协议自下列签章全部完成之日起生效：{'、'.join(entry['requires'])}。"
    raise LookupError(f"no effective rule for the route {route}")
