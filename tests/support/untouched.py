"""A page on which nobody has put a finger yet, looked at in a way that a browser does not take for one.

Playwright's own questions to a page count as a person's act (``userGesture`` of its calls): after the first of them a
browser plays everything. Chromium also plays on a page that films or listens: only who has no device is affected.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.support.browser import Person

PLAYERS = """
JSON.stringify({
  touched: navigator.userActivation.hasBeenActive,
  asks: document.querySelector('[data-testid="listen"]') !== null,
  paused: [...document.querySelectorAll("audio")].map((one) => one.paused),
})
"""


async def opens_anew(person: Person, address: str, kept: str) -> dict[str, Any]:
    """As when a phone has thrown the page away and loads it again: until there are sounds; what is said of them then.

    ``kept``: a script that puts into the tab what such a page finds there.
    """
    await person.page.close()
    person.page = await person.context.new_page()
    await person.page.add_init_script(kept)
    await person.page.goto(address)
    devtools = await person.context.new_cdp_session(person.page)
    async with asyncio.timeout(30):
        while True:
            answer = await devtools.send("Runtime.evaluate", {"expression": PLAYERS})
            players: dict[str, Any] = json.loads(answer["result"]["value"])
            if players["paused"] and (players["asks"] or not all(players["paused"])):
                return players
            await asyncio.sleep(0.2)
