"""Everybody whose screens are looked at: two browsers, and a side and a clerk without one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser

from tests.support import room_client
from tests.support.accessibility import watch
from tests.support.browser import DESKTOP, PHONE, Person
from tests.support.gallery import Gallery
from tests.support.plugs import BOTH, has
from tests.support.room_client import Access, RoomSocket
from tests.support.service import Service

WRITTEN = {
    "reason": "请先找出证件",
    "greeting": "马上请您进来",
    "secret": "我最低只能到两万六",
    "ticket": "可以分两期付。",
    "line": "明天上午十点以前把工资表发给我们，可以吗？",
    "pause": "涉及商业秘密",
    "recusal": "怕不公正",
    "exhibit": "工资表",
    "objection": "九月那一行没有说好",
    "condition": "付清以后双方再无纠纷",
    "who": "我爱人",
    "caption": "工资欠了三个月，一共一万八千元。",
    "said": "我听不清，写给大家看",
}
"""What people write in the walks: no other language has it."""
LONG = "重庆示例电子信息产业集团有限责任公司西南区域人力资源与劳动关系管理服务中心第一部"
"""A name of forty characters, as companies have them."""
NAMES = [
    "示例街道劳动人事争议调解中心（演示）",
    "演示〔2026〕调字第0001号协1",
    "演示〔2026〕调字第0001号协",
    "演示〔2026〕调字第0001号",
    "重庆示例电子有限公司",
    "拖欠工资和经济补偿",
    "林小满",
    "林*满",
    "何平",
    "何*",
    "周和",
    "陈晨",
    "示例法院书记员",
    "劳动合同",
    "旁听人员",
    "zhouhe",
    LONG,
]
"""Of the demonstration case: nobody translates them."""
SOCKETS = r"""
() => {
  const Usual = window.WebSocket;
  window.sockets = [];
  window.cut = false;
  window.weak = false;
  window.why = "";
  const seen = (event) => {
    if (typeof event.data !== "string" || !(window.weak || window.why)) return event;
    const weak = window.weak ? event.data.replace(/"quality":\s*"good"/g, '"quality":"poor"') : event.data;
    return { data: window.why ? weak.replace(/"reason":\s*"called_off"/g, `"reason":"${window.why}"`) : weak };
  };
  window.WebSocket = class extends Usual {
    constructor(url, protocols) {
      super(window.cut ? "ws://127.0.0.1:9/" : url, protocols);
      window.sockets.push(this);
    }
    get onmessage() { return super.onmessage; }
    set onmessage(heard) { super.onmessage = heard && ((event) => heard(seen(event))); }
  };
}
"""
CUT = "() => { window.cut = true; for (const one of window.sockets) one.close(4000); }"
MEND = "() => { window.cut = false; }"
WEAK = "() => { window.weak = true; }"
FINE = "() => { window.weak = false; }"
WHY = "(reason) => { window.why = reason; }"
"""Another reason why a private talk that was called off did not begin; empty: the true one."""


@dataclass
class Scene:
    """``party`` (the applicant) and ``mediator`` sit at browsers; the respondent and the clerk only send messages."""

    service: Service
    browser: Browser
    gallery: Gallery
    party: Person
    mediator: Person
    desk: httpx.AsyncClient
    respondent: httpx.AsyncClient
    stack: AsyncExitStack
    access: dict[str, Access] = field(default_factory=dict)
    rooms: dict[str, RoomSocket] = field(default_factory=dict)

    @property
    def session(self) -> str:
        return self.service.links["mediator"].rsplit("/", 1)[1]

    def link(self, side: str) -> str:
        return self.service.links[side]

    async def sits_down(self, name: str, viewport: dict[str, int], locale: str = "zh-CN") -> Person:
        person = await Person.sits_down(self.browser, name, viewport, locale)
        await watch(person)
        return person

    async def office(self, method: str, path: str, **body: Any) -> httpx.Response:
        """What the mediator's pages ask of the server."""
        answer = await self.desk.request(method, f"/api/staff/sessions/{self.session}{path}", json=body or None)
        assert answer.is_success, answer.text
        return answer

    async def enters(self, name: str) -> RoomSocket:
        """The respondent or the clerk opens the room's socket."""
        room = await self.stack.enter_async_context(room_client.inside(self.service, self.access[name]))
        self.rooms[name] = room
        return room

    async def stays(self) -> None:
        """Say that the respondent and the clerk are still there."""
        for room in self.rooms.values():
            await room.done("ping")

    async def host(self, command: str, **data: Any) -> dict[str, Any]:
        """What a host does in the room: the clerk does it."""
        return await self.rooms["clerk"].done(command, **data)

    async def ask(self, path: str, name: str = "respondent", **body: Any) -> Any:
        """A request with somebody's token."""
        answer = await self.respondent.post(path, json=body, headers=self.access[name].headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@asynccontextmanager
async def scene(service: Service, browser: Browser, folder: Path) -> AsyncIterator[Scene]:
    """Everybody sits down; nobody has opened anything yet."""
    folder.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(httpx.AsyncClient(base_url=service.url))
        respondent = await stack.enter_async_context(httpx.AsyncClient(base_url=service.url))
        people = [
            await Person.sits_down(browser, name, size) for name, size in (("party", PHONE), ("mediator", DESKTOP))
        ]
        for person in people:
            await watch(person)
            await person.context.add_init_script(f"({SOCKETS})()")
            await has(person, BOTH)
        yield Scene(
            service,
            browser,
            Gallery(folder, [*NAMES, *WRITTEN.values()]),
            people[0],
            people[1],
            desk,
            respondent,
            stack,
        )
