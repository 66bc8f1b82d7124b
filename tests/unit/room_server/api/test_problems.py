from __future__ import annotations

import re

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from room_server.api.problems import EXCEPTION_HANDLERS


async def breaks(_: Request) -> Response:
    raise RuntimeError("a defect")


async def test_a_defect_is_logged_without_the_address_which_may_hold_the_secret_of_a_link() -> None:
    app = Starlette(routes=[Route("/j/{secret}", breaks)], exception_handlers=EXCEPTION_HANDLERS)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    with capture_logs() as logs:
        async with httpx.AsyncClient(transport=transport, base_url="http://room.test") as browser:
            answer = await browser.get("/j/a-secret-of-somebody")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "defect" not in answer.text
    assert logs[0]["endpoint"] == "breaks"
    assert "a-secret" not in str(logs)


async def test_what_the_framework_refuses_is_said_in_both_languages_too() -> None:
    app = Starlette(routes=[Route("/here", breaks)], exception_handlers=EXCEPTION_HANDLERS)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://room.test") as browser:
        answers = [(await browser.get("/away")).json(), (await browser.post("/here")).json()]
    assert [answer["code"] for answer in answers] == ["not_found", "method_not_allowed"]
    for answer in answers:
        assert re.search("[一-鿿]", answer["detail"]) and answer["title"].isascii()
