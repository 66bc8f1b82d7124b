"""How an invitation is made: a link with a fresh secret, and the message that carries it."""

from __future__ import annotations

from datetime import timedelta

from room_server.domain.access import Link, hash_secret, link_secret
from room_server.domain.people import Participant
from room_server.services.ports import Ports, Recipient
from room_server.store.unit_of_work import UnitOfWork
from signaling.ids import new_id


async def new_link(ports: Ports, unit: UnitOfWork, participant: Participant) -> tuple[Link, str]:
    """Keep a new link for this person. Returns it with the address that holds the secret, of which the hash is kept."""
    now, link_id = ports.clock(), new_id("ln")
    secret = link_secret(ports.key, link_id)
    link = Link(
        link_id,
        participant.session_id,
        participant.participant_id,
        hash_secret(secret),
        now,
        now + timedelta(days=ports.link_days),
    )
    await unit.links.add(link)
    return link, address(ports, secret)


def address(ports: Ports, secret: str) -> str:
    """What a browser opens."""
    return f"{ports.base_url}/j/{secret}"


async def invite(ports: Ports, participant: Participant, url: str) -> None:
    """Send the link, with the number to call back, by which whoever gets it can check it, if there is one."""
    values = {"org": ports.organisation, "link": url, "phone": ports.phone}
    await ports.messages.send(recipient(participant), "invitation", values)


def recipient(participant: Participant) -> Recipient:
    """Where messages to this person go."""
    return Recipient(participant.name, participant.phone, participant.participant_id)
