"""Debian's Firefox with a fake camera and microphone, driven over WebDriver BiDi without anything in between."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.support import received
from tests.support.bidi import Bidi, BidiError, session
from tests.support.browser import Person, newest_entry_code, outbox
from tests.support.service import Service
from tests.support.short_way import party_waits

FIREFOX = "firefox-esr"
LISTENING = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
START_SECONDS = 40
PATIENCE = 20.0
LOOK_AGAIN = 0.05

PREFERENCES: dict[str, Any] = {
    "media.navigator.streams.fake": True,
    # Without a lasting permission Firefox offers only the address of its default route, which reaches no loopback.
    "permissions.default.camera": 1,
    "permissions.default.microphone": 1,
    "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.loopback": True,
    "media.autoplay.default": 0,
    "intl.accept_languages": "zh-CN",
}
"""Beside those that Firefox sets by itself under remote control: no updates, no telemetry, no look for the network."""

BUSY_PICTURE = """
if (navigator.mediaDevices) {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await real(wanted);
    for (const old of stream.getVideoTracks()) {
      const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
      const brush = canvas.getContext("2d");
      const paint = () => {
        for (let x = 0; x < 640; x += 20) for (let y = 0; y < 360; y += 20) {
          brush.fillStyle = `hsl(${Math.random() * 360} 80% 50%)`;
          brush.fillRect(x, y, 20, 20);
        }
      };
      setInterval(paint, 50);
      stream.removeTrack(old);
      stream.addTrack(canvas.captureStream(20).getVideoTracks()[0]);
    }
    return stream;
  };
}
"""
"""The picture of Firefox's fake camera is one colour and needs no bits."""

FIND = """
(selector) => {
  const found = [...document.querySelectorAll(selector)].find((one) => one.checkVisibility() && !one.disabled);
  if (found) found.scrollIntoView({ block: "center", behavior: "instant" });
  return found || null;
}
"""
TICKS = """
() => [...document.querySelectorAll('[data-testid^="notice-tick-"]:not(:checked)')].map((one) => one.dataset.testid)
"""
CONSENTS = """
() => [...document.querySelectorAll('[data-testid^="consent-"][data-testid$="-yes"]')].map((one) => one.dataset.testid)
"""


class Visitor:
    """Somebody in front of a window of Firefox, with what the page complained about."""

    def __init__(self, bidi: Bidi, window: str) -> None:
        self.window = window
        self.complaints: list[str] = []
        self._bidi = bidi

    async def goto(self, url: str) -> None:
        await self._bidi.command("browsingContext.navigate", context=self.window, url=url, wait="complete")

    async def evaluate(self, function: str, *given: Any) -> Any:
        """Call a JavaScript function on the page; what it returns or promises, as JSON has it."""
        text = ", ".join(json.dumps(each) for each in given)
        value = await self._call(f"async () => JSON.stringify(await ({function.strip()})({text}) ?? null)")
        return json.loads(value["value"])

    async def waits_for(self, testid: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """The first element with this test id that can be seen and used."""
        return await self.waits_for_selector(f'[data-testid="{testid}"]', seconds)

    async def waits_for_selector(self, selector: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """The first element of this selector that can be seen and used."""
        async with asyncio.timeout(seconds):
            while (found := await self._find(selector)) is None:
                await asyncio.sleep(LOOK_AGAIN)
        return found

    async def waits_for_one_of(self, *testids: str) -> str:
        """The test id that can be seen first."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for testid in testids:
                    if await self._find(f'[data-testid="{testid}"]') is not None:
                        return testid
                await asyncio.sleep(LOOK_AGAIN)

    async def tap(self, testid: str, seconds: float = PATIENCE) -> None:
        await self._press(await self.waits_for(testid, seconds))

    async def fill(self, testid: str, text: str) -> None:
        await self.tap(testid)
        keys = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        await self._act({"type": "key", "id": "keyboard", "actions": keys})

    async def inbound(self, kind: str) -> list[dict[str, Any]]:
        """What Firefox has received and decoded, a row for each remote track."""
        return await received.inbound(self.evaluate, kind)

    async def sees_and_hears(self, others: int, seconds: float = 30) -> None:
        """Until pictures of ``others`` people are decoded and their sound has energy, both still growing."""
        await received.sees_and_hears(self.evaluate, others, seconds)

    def hears(self, event: str, data: dict[str, Any]) -> None:
        """Errors of the page and requests that failed, but for the question who is signed in when nobody is."""
        if event == "log.entryAdded" and data["level"] == "error":
            self.complaints.append(str(data["text"]))
        if event == "network.responseCompleted":
            status, url = data["response"]["status"], data["response"]["url"]
            if status >= 400 and not (status == 401 and url.endswith("/api/staff/me")):
                self.complaints.append(f"{status} {url}")

    async def _find(self, selector: str) -> dict[str, Any] | None:
        found = await self._call(FIND, {"type": "string", "value": selector})
        return {"sharedId": found["sharedId"]} if found["type"] == "node" else None

    async def _press(self, element: dict[str, Any]) -> None:
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}}
        press, release = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        await self._act({"type": "pointer", "id": "mouse", "actions": [move, press, release]})

    async def _act(self, source: dict[str, Any]) -> None:
        await self._bidi.command("input.performActions", context=self.window, actions=[source])

    async def _call(self, function: str, *given: dict[str, Any]) -> dict[str, Any]:
        answer = await self._bidi.command(
            "script.callFunction",
            functionDeclaration=function,
            arguments=list(given),
            target={"context": self.window},
            awaitPromise=True,
            userActivation=False,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        result: dict[str, Any] = answer["result"]
        return result


class Firefox:
    """A running Firefox."""

    def __init__(self) -> None:
        self.visitors: dict[str, Visitor] = {}
        self.bidi: Bidi | None = None

    def heard(self, event: str, data: dict[str, Any]) -> None:
        """Tell whose window it was."""
        visitor = self.visitors.get(data.get("context") or data.get("source", {}).get("context") or "")
        if visitor is not None:
            visitor.hears(event, data)

    async def sits_down(self, viewport: dict[str, int], *init_scripts: str) -> Visitor:
        """A window with cookies of its own; ``init_scripts`` run before those of each page."""
        assert self.bidi is not None
        profile = (await self.bidi.command("browser.createUserContext"))["userContext"]
        made = await self.bidi.command("browsingContext.create", type="window", userContext=profile)
        visitor = self.visitors[made["context"]] = Visitor(self.bidi, made["context"])
        await self.bidi.command("browsingContext.setViewport", context=visitor.window, viewport=viewport)
        for script in (received.REMEMBER_PEERS, *init_scripts):
            function = f"() => {{ {script} }}"
            await self.bidi.command("script.addPreloadScript", functionDeclaration=function, contexts=[visitor.window])
        return visitor


@asynccontextmanager
async def firefox() -> AsyncIterator[Firefox]:
    """One headless Firefox from the system's packages, with a fresh profile."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items()]
        Path(profile, "user.js").write_text("".join(lines), encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            FIREFOX, "--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", profile, "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stderr is not None
        running, discarding = Firefox(), None
        try:
            async with asyncio.timeout(START_SECONDS):
                while (found := LISTENING.search(line := await process.stderr.readline())) is None:
                    assert line, "Firefox ended before it listened"
            discarding = asyncio.create_task(_discard(process.stderr))
            async with session(found[1].decode(), running.heard) as running.bidi:
                await running.bidi.command("session.subscribe", events=["log.entryAdded", "network.responseCompleted"])
                yield running
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
            if discarding is not None:
                await discarding


async def _discard(stream: asyncio.StreamReader) -> None:
    while await stream.read(65536):
        pass


async def party_enters(visitor: Visitor, link: str, last4: str) -> None:
    """From the link in a message to the waiting room of one's own side, with a yes to every purpose."""
    await visitor.goto(link)
    await visitor.tap("landing-continue")
    await visitor.tap("precheck-continue")
    await visitor.fill("identity-last4", last4)
    await visitor.waits_for_selector('[data-testid="identity-sent"][data-sent="true"]')
    await visitor.fill(
        "identity-code", newest_entry_code(await asyncio.to_thread(outbox, link.partition("/j/")[0]), link)
    )
    await visitor.tap("identity-alone-yes")
    await visitor.tap("identity-continue")
    while await visitor.waits_for_one_of("notice-continue", "consents-continue") == "notice-continue":
        with suppress(BidiError, TimeoutError):  # the page turned between the look and the tap
            for testid in await visitor.evaluate(TICKS):
                await visitor.tap(testid, seconds=1)
            await visitor.tap("notice-continue", seconds=1)
    answered: set[str] = set()
    while asked := set(await visitor.evaluate(CONSENTS)) - answered:  # some are asked only after a yes to another
        for testid in sorted(asked):
            await visitor.tap(testid)
        answered |= asked
    await visitor.tap("consents-continue")
    await visitor.waits_for("waiting-room")


async def staff_signs_in(visitor: Visitor, url: str, username: str, password: str) -> None:
    """Password sign-in of mediator or court officer."""
    await visitor.goto(url)
    await visitor.fill("login-username", username)
    await visitor.fill("login-password", password)
    await visitor.tap("login-submit")


async def firefox_hosts(service: Service, mediator: Visitor, applicant: Person) -> None:
    """The mediator in Firefox has let in the applicant, who comes with Chromium."""
    await staff_signs_in(mediator, service.links["mediator"], "zhouhe", service.passwords["zhouhe"])
    await mediator.tap("console-enter")
    await party_waits(applicant, service, "applicant")
    await mediator.tap("admit")
