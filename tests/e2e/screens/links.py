"""Links while the room is open: taken back, given anew, as a code; somebody who is asked to leave."""

from __future__ import annotations

from tests.e2e.screens.scene import Scene
from tests.support.browser import PHONE, Person, proves_identity
from tests.support.gallery import THOROUGH
from tests.support.plugs import MICROPHONE, NONE, has, plugs_in
from tests.support.room_client import LAST4


async def links_and_refusals(scene: Scene) -> None:
    """What the mediator does with a link, and what is asked before somebody is sent out."""
    mediator, gallery = scene.mediator, scene.gallery
    await mediator.page.locator(".people__links > summary").click()
    row = mediator.page.locator(".people__link", has_text="何平")
    await row.get_by_test_id("link-revoke").click()
    await gallery.look(mediator, "console-revoke")
    await mediator.tap("confirm-no")
    await row.get_by_test_id("link-reissue").click()
    await mediator.tap("confirm-yes")
    link = await (await mediator.waits_for("link-url")).inner_text()
    scene.rooms.pop("respondent")  # whose link has died, and with it the place in the room
    await gallery.look_in_both(mediator, "console-links")
    await mediator.tap("link-qr")
    await mediator.waits_for("invitation-code")
    await gallery.look_in_both(mediator, "console-link-code")
    await mediator.tap("invitation-close")
    who = str(await mediator.page.locator(".people__inside", has_text="林小满").get_attribute("data-participant"))
    await mediator.tap("person-tools", participant=who)
    await gallery.look_at_question(mediator, "console-remove", "remove", participant=who)
    await mediator.tap("person-tools", participant=who)
    await mediator.page.locator(".people__links > summary").click()
    if THOROUGH:
        await sent_out(scene, link)


async def sent_out(scene: Scene, link: str) -> None:
    """The respondent comes back with the new link, at a browser, and is asked to leave."""
    respondent = await scene.sits_down("respondent", PHONE)
    await has(respondent, NONE)
    await respondent.page.goto(link)
    await respondent.tap("landing-continue")
    await respondent.tap("precheck-continue")
    await proves_identity(respondent, link, LAST4["respondent"])
    await respondent.waits_for("done", state="in_force")
    await without_devices(scene, respondent)
    await scene.host("remove", participant_id=scene.access["respondent"].participant_id)
    await respondent.waits_for("end-removed")
    await scene.gallery.look_in_both(respondent, "removed")
    assert respondent.complaints == []
    await respondent.context.close()


async def without_devices(scene: Scene, respondent: Person) -> None:
    """The room of somebody who has neither camera nor microphone, and then finds a microphone."""
    await respondent.tap("done-back")
    await respondent.waits_for("device-note")
    await scene.gallery.look_in_both(respondent, "room-no-devices")
    await respondent.tap("device-note-seen")
    await scene.gallery.look_in_both(respondent, "room-no-devices-seen")
    await plugs_in(respondent, MICROPHONE)
    await respondent.waits_for("device-note")
    await scene.gallery.look_in_both(respondent, "room-one-device")
