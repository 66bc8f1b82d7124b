"""Whoever takes back before the door what nobody comes in without is not in the waiting room any more (OLR 5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from room_server.domain.errors import Conflict
from room_server.rules.notices import notices
from signaling.messages import Json
from tests.support.product_house import ProductHouse, seated_house
from tests.support.room_ports import Browser


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[ProductHouse]:
    async with seated_house(tmp_path) as opened:
        yield opened


async def answers(home: ProductHouse, notice_id: str, **answers: bool) -> None:
    """What the worker says to one notice; yes to what is not named."""
    notice = next(one for one in notices() if one.notice_id == notice_id)
    given = {item.item_id: answers.get(item.item_id, True) for item in notice.items}
    await home.product.services.consents.answer(home.ids["a1"], notice_id, notice.version, given)
    await home.settle()


async def both_wait(home: ProductHouse) -> tuple[Browser, Browser]:
    host, worker = await home.visitor("host"), await home.visitor("a1")
    for browser in (host, worker):
        await browser.join()
    return host, worker


@pytest.mark.parametrize(
    ("notice", "item"), [("online_mediation", "online"), ("confidentiality_undertaking", "no_recording")]
)
async def test_they_leave_the_waiting_room_are_not_let_in_and_may_agree_again(
    home: ProductHouse, notice: str, item: str
) -> None:
    host, worker = await both_wait(home)
    await answers(home, notice, **{item: False})
    assert (await worker.event("removed"))["reason"] == "consent_withdrawn"
    assert await worker.closed() == 4403
    assert (await host.event("participant_left"))["participant_id"] == home.ids["a1"]
    assert await host.fail("admit", participant_id=home.ids["a1"]) == "not_found"
    worker.connect()
    assert (await worker.ask("hello", token=worker.token))["data"]["code"] == "lobby_denied"
    await answers(home, notice)
    await worker.join()
    await host.do("admit", participant_id=home.ids["a1"])


async def test_the_mediator_is_told_who_does_not_come_in_and_why_until_they_agree(home: ProductHouse) -> None:
    host, _ = await both_wait(home)
    company = await home.visitor("r1")
    await company.join()
    await answers(home, "personal_data_general", personal_data=False)
    topic = f"declined/{home.ids['a1']}"
    told = (await until_told(host, topic))["value"]
    assert (told["name"], told["side"]) == ("林小满", "applicant")
    assert [item["en"] for item in told["items"]] == ["I agree to the use of the necessary data above"]
    later = await home.visitor("clerk")
    await later.join()
    assert later.snapshot is not None and later.snapshot["board"][topic] == told
    await host.do("admit", participant_id=home.ids["r1"])
    await company.do("ping")
    assert all(each["data"].get("topic") != topic for each in company.events)
    await answers(home, "personal_data_general")
    assert (await until_told(host, topic))["value"] is None


async def until_told(browser: Browser, topic: str) -> Json:
    while (news := await browser.event("board_changed"))["topic"] != topic:
        continue
    return news


async def test_what_is_free_may_change_in_the_waiting_room(home: ProductHouse) -> None:
    host, worker = await both_wait(home)
    await answers(home, "recording_consent", recording_dispute=False)
    await worker.do("ping")
    await host.do("admit", participant_id=home.ids["a1"])


async def test_nobody_is_let_in_without_their_yes_whatever_the_room_still_shows(home: ProductHouse) -> None:
    """A host's press that crosses the withdrawal, or comes to another process."""
    product = home.product
    await answers(home, "online_mediation", online=False)
    before = await product.kinds()
    with pytest.raises(Conflict) as caught:
        await product.services.sessions.admit(product.session_id, home.ids["host"], home.ids["a1"])
    assert caught.value.code == "consent_missing"
    assert await product.kinds() == before
