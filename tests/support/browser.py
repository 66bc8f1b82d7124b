"""Chromium with a fake camera and microphone, and the people of a mediation as page objects."""

from __future__ import annotations

import asyncio
import json
import tempfile
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    async_playwright,
    expect,
)
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.support import received
from tests.support.voice import write_voice
from tests.support.waiting import until

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
ASKING = [flag for flag in FLAGS if flag != "--use-fake-ui-for-media-stream"]
"""With these a browser gives only the devices that its context permits, as a phone does; with ``FLAGS`` all, always."""
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
PATIENCE_MS = 20_000


FEW, USUAL = 8, 20
"""Pictures a second of every camera: few cost a tenth less of two cores; what judges rates and layers has the usual."""


@asynccontextmanager
async def chromium(flags: Sequence[str] = FLAGS, pictures: int = FEW, cameras: int = 1) -> AsyncIterator[Browser]:
    """One headless Chromium from the system's packages with so many cameras; all microphones hear the same voice."""
    expect.set_options(timeout=PATIENCE_MS)  # as long as for everything else: a busy machine is no finding
    with tempfile.TemporaryDirectory() as folder:
        voice = write_voice(Path(folder) / "voice.wav")
        camera = f"--use-fake-device-for-media-stream=fps={pictures},device-count={cameras}"
        arguments = [*flags, camera, f"--use-file-for-fake-audio-capture={voice}"]
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=arguments)
            try:
                yield browser
            finally:
                await browser.close()


@asynccontextmanager
async def one_window(locale: str, flags: Sequence[str] = FLAGS, pictures: int = FEW) -> AsyncIterator[BrowserContext]:
    """A Chromium of one person's own, whose tabs are hidden as a phone's are when another one comes to the front.

    Playwright makes every page that it opens believe that it is in front; only those of a browser that it did not
    start, in that browser's default context, are left alone.
    """
    with tempfile.TemporaryDirectory() as folder:
        voice = write_voice(Path(folder) / "voice.wav")
        camera = f"--use-fake-device-for-media-stream=fps={pictures}"
        arguments = [*flags, camera, f"--use-file-for-fake-audio-capture={voice}", f"--user-data-dir={folder}/profile"]
        process = await asyncio.create_subprocess_exec(
            *(CHROMIUM, "--headless=new", "--remote-debugging-port=0", *arguments, f"--accept-lang={locale}"),
            "about:blank",
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            told = Path(folder) / "profile" / "DevToolsActivePort"
            port = await until(lambda: told.read_text().split()[0] if told.exists() else None)
            async with async_playwright() as playwright:
                browser = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}", no_defaults=True)
                yield browser.contexts[0]
                await browser.close()
        finally:
            # Its other processes outlive it by a moment, in which they still write to the folder.
            others = psutil.Process(process.pid).children(recursive=True)
            process.terminate()
            await process.wait()
            await until(lambda: not any(map(_runs, others)))


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@dataclass
class Person:
    """Somebody in front of a screen, with what their browser complained about."""

    name: str
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def sits_down(cls, browser: Browser, name: str, viewport: dict[str, int], locale: str = "zh-CN") -> Person:
        """A fresh browser profile with camera and microphone allowed; a self-signed certificate is accepted."""
        context = await browser.new_context(
            viewport=viewport,  # type: ignore[arg-type]
            locale=locale,
            permissions=["camera", "microphone"],
            ignore_https_errors=True,
        )
        return await cls.opens_a_tab(context, name)

    @classmethod
    async def opens_a_tab(cls, context: BrowserContext, name: str) -> Person:
        """In a browser that is there already."""
        context.set_default_timeout(PATIENCE_MS)
        await context.add_init_script(received.REMEMBER_PEERS)
        page = await context.new_page()
        person = cls(name, context, page)
        page.on("pageerror", lambda error: person.complaints.append(str(error)))
        page.on("console", person.hears)
        page.on("response", person.receives)
        return person

    def hears(self, line: ConsoleMessage) -> None:
        """Errors on the console; failed requests are heard of by ``receives``, with their address."""
        if line.type == "error" and "Failed to load resource" not in line.text:
            self.complaints.append(line.text)

    def receives(self, response: Response) -> None:
        """Requests that failed, but for the question who is signed in when nobody is."""
        asked_who = response.status == 401 and response.url.endswith("/api/staff/me")
        if response.status >= 400 and not asked_who:
            self.complaints.append(f"{response.status} {response.url}")

    def see(self, testid: str, /, **attributes: str) -> Locator:
        """The element with this test id (and data attributes)."""
        rest = "".join(f'[data-{name.replace("_", "-")}="{value}"]' for name, value in attributes.items())
        return self.page.locator(f'[data-testid="{testid}"]{rest}')

    async def tap(self, testid: str, **attributes: str) -> None:
        await self.see(testid, **attributes).first.click()

    async def picks(self, testid: str) -> None:
        """Something from the sheet behind "More" in a party's room."""
        await self.tap("ctrl-more")
        await self.tap(testid)

    async def waits_for(self, testid: str, seconds: float = 30, **attributes: str) -> Locator:
        found = self.see(testid, **attributes).first
        await expect(found).to_be_visible(timeout=seconds * 1000)
        return found

    async def inbound(self, kind: str) -> list[dict[str, Any]]:
        """What the browser has received and decoded, a row for each remote track."""
        return await received.inbound(self.page.evaluate, kind)

    async def sees_and_hears(self, others: int, seconds: float = 30) -> None:
        """Until pictures of ``others`` people are decoded and their sound has energy, both still growing."""
        await received.sees_and_hears(self.page.evaluate, others, seconds)

    async def picture(self, path: str) -> None:
        await self.page.screenshot(path=path)


async def party_enters(
    person: Person, link: str, last4: str, recorded: bool = True, arrives: str = "waiting-room"
) -> None:
    """From the link in a message to the waiting room of one's own side, or where else they arrive."""
    await person.page.goto(link)
    await person.tap("landing-continue")
    await person.tap("precheck-continue")
    await proves_identity(person, link, last4)
    await agrees_to_everything(person, recorded, arrives)


async def agrees_to_everything(person: Person, recorded: bool = True, arrives: str = "waiting-room") -> None:
    """Through the notices and the consents to the waiting room, or where else they arrive."""
    consents = person.see("consents-continue")
    for _ in range(12):
        if await consents.is_visible():
            break
        await reads_a_notice(person)
    await answers_every_purpose(person, recorded)
    await consents.click()
    await person.waits_for(arrives)


async def answers_every_purpose(person: Person, recorded: bool = True) -> None:
    """A yes to each, or a no to those of the recording; some are asked only after a yes to another."""
    answered: set[str] = set()
    choices = person.page.locator('[data-testid^="consent-"][data-testid$="-yes"]')
    while asked := set(await choices.evaluate_all("(all) => all.map((one) => one.dataset.testid)")) - answered:
        for testid in sorted(asked):
            no = testid.startswith("consent-recording") and not recorded
            await person.tap(testid.removesuffix("yes") + "no" if no else testid)
        answered |= asked


async def proves_identity(person: Person, link: str, last4: str) -> None:
    """The end of the identity number, the code that comes for it, alone in the room; on to the next page."""
    await person.see("identity-last4").fill(last4)
    await person.waits_for("identity-sent", sent="true")
    await person.see("identity-code").fill(await entry_code(person, link))
    await person.tap("identity-alone-yes")
    await person.tap("identity-continue")


async def entry_code(person: Person, link: str) -> str:
    """The newest code for the way in that was sent to the phone to which this link was sent."""
    answer = await person.context.request.get(link.partition("/j/")[0] + "/api/demo/outbox")
    return newest_entry_code(await answer.json(), link)


def newest_entry_code(outbox: list[dict[str, Any]], link: str) -> str:
    """The same, of what is in the demo's outbox."""
    messages = sorted(outbox, key=lambda message: str(message["at"]))
    phone = next(message["to"] for message in messages if message["link"] == link)
    sent = [each["body_en"] for each in messages if each["to"] == phone and each["template"] == "identity_code"]
    return str(sent[-1]).split()[2].rstrip(",")


async def reads_a_notice(person: Person) -> None:
    """Go on from the notice that is shown, ticking what it asks for; the consents come after the last one."""
    with suppress(PlaywrightTimeout):  # the page turned between the look and the tap
        await person.see("notice-continue").or_(person.see("consents-continue")).first.wait_for(timeout=PATIENCE_MS)
        for tick in await person.page.locator('[data-testid^="notice-tick-"]:not(:checked)').all():
            await tick.check(timeout=1000)
        if await person.see("notice-continue").is_visible():
            await person.see("notice-continue").click(timeout=1000)


async def staff_signs_in(person: Person, url: str, username: str, password: str) -> None:
    """Password sign-in of mediator or court officer."""
    await person.page.goto(url)
    await person.see("login-username").fill(username)
    await person.see("login-password").fill(password)
    await person.tap("login-submit")


def outbox(url: str) -> list[dict[str, Any]]:
    """The demo's messages, newest last."""
    with urllib.request.urlopen(f"{url}/api/demo/outbox", timeout=5) as answer:
        rows: list[dict[str, Any]] = json.loads(answer.read())
    return sorted(rows, key=lambda row: row["at"])


async def writes_name(person: Person) -> None:
    """Draw something like handwriting on the pad."""
    await person.see("sign-pad").scroll_into_view_if_needed()
    box = await person.see("sign-pad").bounding_box()
    assert box is not None
    mouse = person.page.mouse
    for left, top, right, bottom in ((0.2, 0.2, 0.35, 0.8), (0.5, 0.2, 0.45, 0.75), (0.6, 0.3, 0.85, 0.6)):
        await mouse.move(box["x"] + box["width"] * left, box["y"] + box["height"] * top)
        await mouse.down()
        await mouse.move(box["x"] + box["width"] * right, box["y"] + box["height"] * bottom, steps=8)
        await mouse.up()
