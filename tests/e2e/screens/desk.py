"""The screens of the office: messages of the demonstration, sign-in, sessions, one's own check, the court."""

from __future__ import annotations

from tests.e2e.screens.scene import Scene
from tests.support import room_client
from tests.support.browser import DESKTOP, staff_signs_in


async def the_respondent_and_the_clerk_arrive(scene: Scene) -> None:
    """Without browsers."""
    service = scene.service
    scene.access["respondent"] = await room_client.identified(scene.respondent, service, "respondent")
    scene.access["mediator"] = await room_client.mediator(scene.desk, service)
    scene.access["clerk"] = await room_client.mediator(scene.respondent, service, "jilu")


async def the_desk_before_the_room(scene: Scene) -> None:
    service, mediator, gallery = scene.service, scene.mediator, scene.gallery
    demo = await scene.sits_down("demo", DESKTOP)
    await demo.page.goto(f"{service.url}/demo")
    await demo.waits_for("outbox-item")
    async with demo.context.expect_page() as opened:
        await demo.tap("demo-link")
    await (await opened.value).close()
    await gallery.look_in_both(demo, "demo")
    await demo.context.close()
    await mediator.page.goto(f"{service.url}/staff")
    await mediator.see("login-username").fill("zhouhe")
    await mediator.see("login-password").fill("wrong")
    await mediator.tap("login-submit")
    await mediator.page.get_by_role("alert").wait_for()
    mediator.complaints.clear()
    await gallery.look_in_both(mediator, "login-refused")
    await staff_signs_in(mediator, f"{service.url}/staff", "zhouhe", service.passwords["zhouhe"])
    await mediator.waits_for("session-open")
    await gallery.look_in_both(mediator, "sessions")
    await mediator.tap("session-open")
    await mediator.waits_for("console-enter")
    await gallery.look_in_both(mediator, "own-check")
    await gallery.enlarge(mediator, "own-check", "console-enter")
    await mediator.tap("console-enter")
    await mediator.waits_for("console")


async def the_court(scene: Scene) -> None:
    gallery = scene.gallery
    court = await scene.sits_down("court", DESKTOP)
    await staff_signs_in(court, scene.link("court officer"), "faguan", scene.service.passwords["faguan"])
    await court.see("court-search").fill("演示〔2026〕调字第0001号")
    await court.tap("court-search-submit")
    await court.waits_for("court-result")
    await gallery.look_in_both(court, "court-found")
    await court.tap("court-result")
    await court.waits_for("integrity", ok="true")
    await gallery.look_in_both(court, "court-record")
    assert court.complaints == []
