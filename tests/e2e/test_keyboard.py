"""A mediator and a party without a mouse: from the notices to the receipt, by Tab, arrows, Space and Enter."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.async_api import Browser, FileChooser, expect

from recorder.signing import inspect
from tests.support import room_client
from tests.support.accessibility import problems_of_desk, problems_of_phone, watch
from tests.support.browser import DESKTOP, PHONE, Person, chromium
from tests.support.evidence_files import payslips
from tests.support.keyboard import Keys
from tests.support.room_client import CODE, Access, RoomSocket, signature
from tests.support.service import Service, running_service
from tests.support.short_way import CHECKED, DECIDED, keep_cookies

pytestmark = pytest.mark.browser
REASON = "The September row was never agreed"
OFFER = {"payer": "respondent", "amount": "15000.00", "instalments": [{"due": "2099-01-01", "amount": "15000.00"}],
         "valid_hours": 24, "place": ""}  # fmt: skip


@dataclass
class Walk:
    """The two who walk, and the respondent, who only sends messages."""

    service: Service
    mediator: Keys
    party: Keys
    client: httpx.AsyncClient
    access: Access
    room: RoomSocket
    other: Access
    shots: Path

    async def picture(self, moment: str) -> None:
        for keys in (self.mediator, self.party):
            await keys.person.picture(str(self.shots / f"{moment}-{keys.person.name}.png"))

    async def ask(self, path: str, **body: Any) -> httpx.Response:
        """What the respondent asks for."""
        answer = await self.client.post(path, json=body, headers=self.other.headers)
        assert answer.is_success, answer.text
        await self.room.done("ping")
        return answer


@asynccontextmanager
async def walk(service: Service, browser: Browser, shots: Path) -> AsyncIterator[Walk]:
    async with AsyncExitStack() as stack:
        device = await stack.enter_async_context(httpx.AsyncClient(base_url=service.url))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=service.url))
        mediator = await Person.sits_down(browser, "mediator", DESKTOP)
        party = await Person.sits_down(browser, "applicant", DESKTOP, locale="en-US")
        for person in (mediator, party):
            await watch(person)
        access = await room_client.identified(device, service, "applicant")
        await keep_cookies(party, device)
        await party.page.add_init_script(CHECKED)
        await mediator.page.add_init_script(DECIDED)
        other = await room_client.identified(client, service, "respondent")
        await room_client.agrees_to_everything(client, other)
        room = await stack.enter_async_context(room_client.inside(service, other))
        yield Walk(service, await Keys.of(mediator), await Keys.of(party), client, access, room, other, shots)


async def test_everything_is_done_with_the_keyboard_alone(tmp_path: Path) -> None:
    async with (
        running_service(tmp_path / "data") as service,
        chromium() as browser,
        walk(service, browser, tmp_path) as walkers,
    ):
        try:
            for step in STEPS:
                await step(walkers)
                await walkers.room.done("ping")
        finally:
            await walkers.picture("end")
        for keys in (walkers.mediator, walkers.party):
            assert keys.person.complaints == [], f"{keys.person.name}: {keys.person.complaints}"


async def the_mediator_signs_in(walk: Walk) -> None:
    keys = walk.mediator
    await keys.person.page.goto(walk.service.links["mediator"])
    await keys.person.waits_for("login-username")
    await keys.write("账号", "zhouhe")
    await keys.write("密码", walk.service.passwords["zhouhe"])
    await keys.person.page.keyboard.press("Enter")
    await keys.person.waits_for("console-enter")
    await keys.press("进入调解室")
    await keys.person.waits_for("console")
    await keys.is_somewhere()


async def the_party_reads_and_chooses(walk: Walk) -> None:
    """Each promise ticked, each purpose answered, one by one; whoever forgets one is led to it."""
    keys = walk.party
    page = keys.person.page
    await page.goto(walk.service.links["applicant"])
    notice, consents = keys.person.see("notice"), keys.person.see("consents")
    for _ in range(12):
        await expect(notice.or_(consents)).to_be_visible()
        if await consents.is_visible():
            break
        title = await page.locator("h1").inner_text()
        for box in await page.locator('[data-testid^="notice-tick-"]').all():
            label = (await box.locator("xpath=..").inner_text()).strip()
            await keys.press(re.escape(label[:40]), "Space")
        await keys.press("I (have read|promise) this, next")
        await expect(page.locator("h1", has_text=title)).to_have_count(0)
        await keys.is_somewhere()
    await keys.press("Submit my choices")
    await keys.hears("Please choose here")
    await keys.is_somewhere("I agree")  # at the first that is open
    await page.keyboard.press("Space")
    for _ in range(30):
        left = await page.locator("fieldset:not(:has(input:checked))").count()
        if left == 0:
            break
        await keys.reach("I agree")
        # the second way into a group: an arrow goes round its two answers
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("ArrowLeft")
    await keys.hears("All chosen")
    assert await problems_of_desk(page) == []
    await keys.press("Submit my choices")
    await keys.person.waits_for("waiting-room")
    await keys.is_somewhere()


async def both_sides_are_let_in(walk: Walk) -> None:
    for _ in range(2):
        left = await walk.mediator.person.see("admit").count()
        await walk.mediator.press("请进")
        await expect(walk.mediator.person.see("admit")).to_have_count(left - 1)
        await walk.mediator.is_somewhere()
    await walk.party.person.waits_for("room")
    await walk.party.is_somewhere()


async def the_question_of_recusal(walk: Walk) -> None:
    mediator, party = walk.mediator, walk.party
    await mediator.chooses_tab("核对")
    await mediator.write("要披露的关系", "我和双方都不认识")
    await mediator.press("问各方")
    await mediator.hears("问过")
    await party.hears("The mediator has a question for you")
    await party.press("The mediator has a question for you")
    await party.press("I object")
    await party.is_somewhere("Why")
    await party.person.page.keyboard.type("He knows them")
    await party.person.page.keyboard.press("Enter")
    await party.hears("He knows them")
    await party.is_somewhere()
    await party.press("Close", back=True)
    await party.is_somewhere()


async def an_exhibit_is_brought_and_shown(walk: Walk) -> None:
    """The party chooses a file by key; the mediator shows it page by page, and turns back from the last one."""
    mediator, party = walk.mediator, walk.party
    chooser: asyncio.Future[FileChooser] = asyncio.get_running_loop().create_future()

    def opened(choosing: FileChooser) -> None:
        chooser.set_result(choosing)

    party.person.page.once("filechooser", opened)  # long before the key: the browser is told of it later
    await party.press("More")
    await party.press("Exhibits")
    await party.press("Bring an exhibit")
    await party.reach("Take a picture or choose a file")
    content = await asyncio.to_thread(payslips, ["7月", "8月"])
    await party.person.page.keyboard.press("Enter")
    choosing = await asyncio.wait_for(chooser, 20)
    await choosing.set_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": content})
    await party.write("What is it", "Payslips")
    await party.press("Upload")
    await party.person.waits_for("exhibit-page", page="1")
    await party.is_somewhere()
    await mediator.chooses_tab("证据")
    await mediator.press("证据 1.*Payslips")
    await mediator.person.waits_for("exhibit-page", page="1")
    await mediator.press("给大家看")
    await party.person.waits_for("exhibit-presented")
    await mediator.press("下一页", back=True)
    await mediator.hears("2 / 2")
    await mediator.is_somewhere()  # there is no page after the last: the button cannot be pressed any more
    await mediator.press("上一页", back=True)
    await mediator.hears("1 / 2")
    await mediator.is_somewhere()
    await mediator.press("停止出示")
    await expect(party.person.see("exhibit-presented")).to_have_count(0)
    await mediator.is_somewhere()


async def a_view_with_its_reason(walk: Walk) -> None:
    """Two answers by arrow; without a reason the party is led to where it is missing."""
    party = walk.party
    headers = {**walk.other.headers, "Content-Type": "application/octet-stream"}
    headers |= {"Exhibit-Title": quote("合同"), "Exhibit-Name": quote("合同.pdf"), "Exhibit-Place": ""}
    content = await asyncio.to_thread(payslips, ["9月"])
    answer = await walk.client.post("/api/exhibits", content=content, headers=headers)
    assert answer.status_code == 201, answer.text
    await party.press("All exhibits", back=True)
    await party.press("Exhibit 2")
    await party.press("Say what you think of this exhibit")
    await party.is_somewhere("No objection")
    await party.person.page.keyboard.press("Space")
    await party.reach("No objection")  # of the next question
    await party.person.page.keyboard.press("ArrowRight")
    await party.is_somewhere("Objection")
    await party.press("Put on record")
    await party.hears("needs a reason")
    await party.is_somewhere("Why")
    await party.person.page.keyboard.type(REASON)
    await party.press("Put on record")
    await expect(walk.mediator.person.page.get_by_text("Payslips").first).to_be_visible()
    await expect(party.person.see("exhibit-objection")).to_contain_text(REASON)
    await party.is_somewhere()
    await party.press("Close", back=True)
    await party.is_somewhere("More")


async def offers_are_made_and_answered(walk: Walk) -> None:
    party = walk.party
    await party.press("More")
    await party.press("Offers")
    await party.press("Make an offer")
    await party.write("Amount", "26000")
    await party.press("Make this offer")
    await expect(party.person.see("offer")).to_have_count(1)
    await party.is_somewhere()
    await walk.ask("/api/offers", **OFFER)
    await expect(party.person.see("offer-accept")).to_be_visible()
    await party.press("Accept", back=True)
    await party.is_somewhere("No, go back")
    await party.press("Accept")
    await expect(party.person.see("offer-answer")).to_have_attribute("data-verdict", "accept")
    await party.is_somewhere()
    await party.press("Close", back=True)
    await party.is_somewhere("More")


async def a_private_talk(walk: Walk) -> None:
    """Asked first, counted down; words to carry across; ended."""
    mediator, party = walk.mediator, walk.party
    await mediator.press("与申请人")
    await mediator.is_somewhere("不了")
    await mediator.press("3 秒后开始")
    await party.hears(r"In \d s you will talk with the mediator in private")
    await party.person.waits_for("caucus", state="open", inside="true")
    await party.hears("the other side cannot hear or see you")
    for keys in (mediator, party):
        await keys.is_somewhere()
    await mediator.chooses_tab("转告")
    await mediator.write("新的转告内容", "可以分两期付。")
    await mediator.press("请当事人确认")
    await party.hears("可以分两期付")
    await party.press("Yes, say it")
    await mediator.person.waits_for("ticket", state="agreed")
    await expect(party.person.see("ticket-question")).to_have_count(0)
    await party.is_somewhere()
    await mediator.press("结束，回到面对面")
    for keys in (mediator, party):
        await expect(keys.person.see("caucus")).to_have_count(0, timeout=15_000)
        await keys.is_somewhere()


async def the_text_is_locked(walk: Walk) -> None:
    mediator, party = walk.mediator, walk.party
    await mediator.chooses_tab("协议")
    await expect(mediator.person.see("draft-editor").locator("h1")).to_be_visible()
    await mediator.press("锁定文本")
    await mediator.press("锁定$")  # not the button that opened the question, which has the focus a moment longer
    await mediator.person.waits_for("frozen-digest", match="true")
    await mediator.is_somewhere()
    await party.person.waits_for("sign-invitation")


async def the_party_types_their_name(walk: Walk) -> None:
    """On a phone with a keyboard: another name is refused beside the field, and the right one is signed with."""
    party = walk.party
    page = party.person.page
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await party.press("The agreement is ready for you")
    await party.press("I have read it, go and sign")
    await party.person.waits_for("signing")
    await party.is_somewhere()
    await party.press("Sign$")
    await party.hears("tick that you have read it")
    await party.is_somewhere("I have read this")
    await page.keyboard.press("Space")
    await party.press("Sign$")
    await party.is_somewhere("Type my name")
    await page.keyboard.press("Enter")
    await party.is_somewhere("Type your name")
    await page.keyboard.type("林大满")
    await party.press("Get a code")
    await party.is_somewhere("Code by text message")
    await page.keyboard.type(await newest_code(walk))
    assert await problems_of_phone(page) == []
    await walk.picture("typed")
    await party.press("Sign$")
    await party.hears("not the name on file")
    await party.is_somewhere("Type your name")
    assert [line for line in party.person.complaints if "422" in line] == party.person.complaints
    party.person.complaints.clear()
    assert await problems_of_phone(page) == []
    await walk.picture("refused")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("林 小满")
    await party.press("Sign$")
    await party.person.waits_for("sign-receipt")
    await party.is_somewhere("You have signed")
    await expect(party.person.see("sign-receipt")).to_contain_text("typed name")
    assert await problems_of_phone(page) == []
    await walk.picture("receipt")
    await party.press("See who is missing")
    await party.person.waits_for("done", state="signing")
    await party.is_somewhere()


async def the_mediator_signs_and_seals(walk: Walk) -> None:
    mediator, page = walk.mediator, walk.mediator.person.page
    shown = (await walk.client.get("/api/agreements/current", headers=walk.other.headers)).json()
    await walk.ask(f"/api/agreements/{shown['proposal_id']}/code")
    assert (await signature(walk.client, walk.other)).is_success
    await mediator.press("我来签名")
    await mediator.is_somewhere("我主持了这次调解")
    await page.keyboard.press("Space")
    await mediator.press("键入姓名代替手写")
    await mediator.is_somewhere("键入您的姓名")
    await page.keyboard.type("周和")
    await mediator.press("要验证码")
    await mediator.is_somewhere("短信验证码")
    await page.keyboard.type(await newest_code(walk))
    assert await problems_of_desk(page) == []
    await walk.picture("mediator")
    await mediator.press("签名$")
    await expect(mediator.person.see("sign-receipt")).to_contain_text("键入姓名")
    await mediator.is_somewhere()
    await mediator.press("盖组织印章")
    await mediator.person.waits_for("agreement-state", state="in_force")
    await mediator.is_somewhere()
    await walk.party.person.waits_for("done", state="in_force")
    await walk.party.is_somewhere()
    await walk.picture("in-force")
    pdf = (await walk.client.get(f"/api/agreements/{shown['proposal_id']}/pdf", headers=walk.other.headers)).content
    (walk.shots / "agreement.pdf").write_bytes(pdf)
    root = next(walk.service.data.rglob("root.pem")).read_bytes()
    reports = await asyncio.to_thread(inspect, pdf, root)
    assert all(report.ok for report in reports)
    assert [report.field for report in reports if report.typed] == ["party_a", "mediator"]


async def newest_code(walk: Walk) -> str:
    """The code in the newest message."""
    messages = sorted((await walk.client.get("/api/demo/outbox")).json(), key=lambda message: str(message["at"]))
    found = CODE.search(messages[-1]["body_zh"])
    assert found is not None, messages[-1]
    return found[0]


STEPS = (
    the_mediator_signs_in,
    the_party_reads_and_chooses,
    both_sides_are_let_in,
    the_question_of_recusal,
    an_exhibit_is_brought_and_shown,
    a_view_with_its_reason,
    offers_are_made_and_answered,
    a_private_talk,
    the_text_is_locked,
    the_party_types_their_name,
    the_mediator_signs_and_seals,
)
