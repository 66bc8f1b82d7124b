"""The mediator or clerk puts on record whether an exhibit was compared with its original."""

from __future__ import annotations

from room_server.domain.comparison import Finding, comparison
from room_server.services.exhibit_view import show
from room_server.services.exhibits import exhibit_for_change, require_joint
from room_server.services.ports import Ports


class ComparisonService:
    """Entries about originals (原件核对). They are evidence: the log says them in plain words."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def record(self, exhibit_id: str, by: str, finding: Finding) -> None:
        """Add an entry; everybody who may see the exhibit sees it.

        Raises:
            NotFound. Conflict: ``wrong_state``: the session has ended; ``only_joint``. Else as
            ``domain.comparison.comparison``.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            exhibit, person = await exhibit_for_change(unit, exhibit_id, by)
            entry = comparison(exhibit, person, finding, now)
            await require_joint(unit, person)
            await unit.comparisons.add(entry)
            data = {
                "exhibit": exhibit_id,
                "number": exhibit.number,
                "outcome": str(entry.finding.outcome),
                "way": str(entry.finding.way),
                "remark": entry.finding.remark,
            }
            await unit.log.append(exhibit.session_id, at=now, kind="exhibit_compared", actor=by, data=data)
            await show(unit, exhibit)
