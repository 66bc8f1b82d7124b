"""What was agreed to, taken back before the door: what is free, then what nobody comes in without."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from tests.support.browser import Person, answers_every_purpose, reads_a_notice

Look = Callable[[Person, str], Awaitable[None]]
"""Has axe look at somebody's screen, under this name."""


async def what_was_agreed_to_is_taken_back(applicant: Person, mediator: Person, look: Look) -> None:
    """From the waiting room: the way out and back in, and the mediator knows."""
    await applicant.tap("ctrl-consents")
    await expect(applicant.see("consents-panel").locator(".paper__head h2")).to_be_focused()
    await what_is_free_changes(applicant, mediator)
    await applicant.tap("consent-change-online")
    await expect(applicant.see("withdraw-no")).to_be_focused()
    await look(applicant, "what is required is taken back")
    await applicant.tap("withdraw-no")
    await look(applicant, "what I agreed to, in the waiting room")
    await applicant.tap("panel-close")
    await expect(applicant.see("ctrl-consents")).to_be_focused()
    await applicant.tap("ctrl-consents")
    await applicant.tap("consent-change-online")
    await applicant.tap("withdraw-yes")
    await applicant.waits_for("declined")
    await expect(mediator.see("admit")).to_have_count(0)
    await expect(await mediator.waits_for("declined-person")).to_contain_text("I agree to take part online")
    await look(applicant, "not online for now")
    await look(mediator, "somebody who does not come in online")
    await applicant.page.reload()
    await applicant.waits_for("declined")
    await agrees_again(applicant)
    await mediator.waits_for("admit")
    await expect(mediator.see("declined-person")).to_have_count(0)


async def what_is_free_changes(applicant: Person, mediator: Person) -> None:
    """There and back; the mediator reads it at once."""
    free = applicant.see("consent-change-recording_dispute")
    await expect(free).to_have_accessible_name(re.compile("^收回"))
    await free.click()
    await expect(mediator.page.locator(".person--waiting")).to_contain_text("refuses recording")
    await expect(free).to_have_accessible_name(re.compile("^改成同意"))
    await free.click()
    await expect(mediator.page.locator(".person--waiting")).not_to_contain_text("refuses recording")


async def agrees_again(person: Person) -> None:
    """What was taken back is read again, the purposes are asked again."""
    await person.tap("consents-change")
    pages = person.see("notice-continue").or_(person.see("consents-continue")).or_(person.see("waiting-room"))
    for _ in range(12):
        await pages.first.wait_for()
        if await person.see("waiting-room").is_visible():
            return
        if await person.see("consents-continue").is_visible():
            await answers_every_purpose(person)
            await person.tap("consents-continue")
        else:
            await reads_a_notice(person)
    raise AssertionError("no way back to the waiting room")
