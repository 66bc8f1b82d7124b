"""The lock of a room and the speaking time: what a restart keeps, and what is on the record."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from room_server.domain.errors import Conflict, Forbidden
from tests.support.product_room import Product


async def test_a_lock_is_kept_and_on_the_record_once(product: Product) -> None:
    conduct, host = product.services.conduct, await product.person("mediator")
    assert (await conduct.get(product.session_id)).locked_at is None
    for locked in (False, True, True):
        await conduct.lock(product.session_id, host, locked=locked)
    assert (await conduct.get(product.session_id)).locked_at == product.clock.now
    await conduct.lock(product.session_id, host, locked=False)
    assert (await conduct.get(product.session_id)).locked_at is None
    assert [kind for kind in await product.kinds() if "locked" in kind] == ["room_locked", "room_unlocked"]


async def test_only_a_host_locks_and_only_a_session_that_goes_on(product: Product) -> None:
    host = await product.person("mediator")
    with pytest.raises(Forbidden):
        await product.services.conduct.lock(product.session_id, await product.person("applicant"), locked=True)
    await product.services.sessions.start(product.session_id, host)
    await product.services.sessions.end(product.session_id, host)
    with pytest.raises(Conflict):
        await product.services.conduct.lock(product.session_id, host, locked=True)


async def test_speaking_time_is_kept_beside_the_lock_and_not_in_the_log(product: Product) -> None:
    conduct = product.services.conduct
    await conduct.lock(product.session_id, await product.person("mediator"), locked=True)
    entries = await product.kinds()
    for seconds in (10.0, 25.5):
        await conduct.keep_spoken(product.session_id, {"applicant": seconds, "respondent": 3.0})
    kept = await conduct.get(product.session_id)
    assert kept.spoken == {"applicant": 25.5, "respondent": 3.0} and kept.locked_at is not None
    assert await product.kinds() == entries


async def test_the_pause_of_a_host_is_what_every_screen_shows_after_a_restart(product: Product) -> None:
    recording, host = product.services.recording, await product.person("mediator")
    await product.consent(await product.person("applicant"), recording_dispute=True)
    await recording.start(product.session_id, host)
    moment = datetime.now(UTC)
    await recording.paused(product.session_id, "system", moment, "caucus")
    assert (await recording.current(product.session_id)).state == "on", "a private talk is kept as such"
    await recording.continued(product.session_id, "system", moment)
    await recording.paused(product.session_id, host, moment, "商业秘密")
    view = await recording.current(product.session_id)
    assert (view.state, view.reason) == ("paused", "商业秘密")
    await recording.continued(product.session_id, host, moment)
    assert (await recording.current(product.session_id)).state == "on"
    await recording.paused(product.session_id, host, moment, "again")
    await recording.stop(product.session_id, host)
    assert (await recording.current(product.session_id)).state == "off"
