"""A second session in the database of a running demonstration, so that two rooms can be live at once."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

from room_server.bootstrap import found
from room_server.rules import demo_case
from room_server.services import demo
from room_server.services.entry import invite
from room_server.settings import Settings
from tests.support.service import Service

CASE_NO = "演示〔2026〕调字第0002号"


class SecondSession(Service):
    """The same service as those see it who belong to the second session."""

    second: dict[str, str]

    @property
    def links(self) -> dict[str, str]:
        return self.second


async def second_session(service: Service) -> SecondSession:
    """Another case with the same staff and invented people, who are invited as those of the first were."""

    def another(case_id: str) -> demo_case.DemoCase:
        loaded = demo_case.load(case_id)
        return replace(loaded, case=replace(loaded.case, case_no=CASE_NO))

    foundation = found(Settings(data_dir=service.data, demo=True, base_url=service.url))
    try:
        async with foundation.ports.unit_of_work() as unit:
            mediator, clerk = await unit.staff.by_username("zhouhe"), await unit.staff.by_username("jilu")
        assert mediator is not None and clerk is not None
        with mock.patch.object(demo, "load", another):
            session_id, invited = await foundation.services.demo._schedule(mediator, clerk)
        for person, url in invited:
            await invite(foundation.ports, person, url)
    finally:
        await foundation.close()
    seen = SecondSession(service.url, service.data, service.process, service.media_port, service.output)
    seen.second = {"mediator": f"{service.url}/staff/sessions/{session_id}"}
    seen.second |= {person.side: url for person, url in invited}
    return seen
