"""The post of the demonstration: what would be a text message is kept in the database and shown on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from room_server.auth import Clock
from room_server.rules.messages import message
from room_server.services.ports import Recipient
from room_server.store.staff import SentMessage
from room_server.store.unit_of_work import UnitOfWorkFactory


class OutboxMessages:
    """Implements ``Messages`` by an outbox. Codes stand in it in the clear: for the demonstration only."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def send(self, to: Recipient, template: str, values: Mapping[str, Any]) -> None:
        """Keep the message."""
        zh, en = message(template, values)
        sent = SentMessage(self._clock(), to.phone, to.name, template, zh, en, values.get("link"), to.participant_id)
        async with self._unit_of_work() as unit:
            await unit.outbox.add(sent)

    async def sent(self) -> list[SentMessage]:
        """Every message, the newest first."""
        async with self._unit_of_work() as unit:
            return await unit.outbox.all()
