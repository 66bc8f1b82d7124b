"""Another microphone, another camera, another loudspeaker, while the talk goes on."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from tests.support.accessibility import problems_of_phone
from tests.support.browser import Person

COMES_OUT = """
(speaker) => {
  const players = [...document.querySelectorAll("audio")];
  return players.length > 0 && players.every((one) => one.sinkId === speaker);
}
"""
"""Whether every voice comes out there."""


async def other_devices_are_chosen(mediator: Person, applicant: Person, shots: Path) -> None:
    """The others see and hear on, and the voices come out where they were sent."""
    await applicant.tap("ctrl-more")
    await applicant.tap("ctrl-devices")
    for device in ("microphone", "camera"):
        await another_is_chosen(applicant, device)
        await mediator.sees_and_hears(1)
    speaker = await another_is_chosen(applicant, "speaker")
    await applicant.page.wait_for_function(COMES_OUT, arg=speaker)
    await applicant.picture(str(shots / "devices-applicant.png"))
    assert await problems_of_phone(applicant.page) == []
    await applicant.tap("devices-close")
    await applicant.sees_and_hears(1)
    await mediator.sees_and_hears(1)


async def another_is_chosen(person: Person, device: str) -> str:
    """The last in the list that is not in use; its id."""
    choice = person.see(f"device-{device}")
    await expect(choice.locator("option")).not_to_have_count(1)
    before = await choice.input_value()
    names = await choice.locator("option").evaluate_all("all => all.map((one) => one.value)")
    other = next(name for name in reversed(names) if name not in ("", before))
    await choice.select_option(other)
    await expect(choice).to_have_value(other)
    return str(other)
