"""The mediator shows a link that was given out: the same one, whoever uses it already, and it is on the record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from room_server.domain.access import hash_secret, link_secret
from room_server.domain.errors import Conflict, DomainError, NotFound
from room_server.services.invitations import InvitationService
from room_server.store import schema
from tests.support.product_room import Product


async def test_it_is_the_link_of_the_text_message_before_and_after_it_is_used(product: Product) -> None:
    worker, host = await product.person("applicant"), await product.person("mediator")
    show = product.services.invitations.show
    sent = product.secret("applicant")
    assert (await show(product.session_id, host, worker)).rsplit("/j/", 1)[1] == sent
    token = (await product.identify("applicant")).token
    url = await show(product.session_id, host, worker)
    assert url.rsplit("/j/", 1)[1] == sent
    await product.services.invitations.require_link_of(product.session_id, worker, url)
    assert (await product.services.access.read_token(token)).participant_id == worker, "nobody is shut out by a look"
    assert (await product.kinds()).count("link_shown") == 2
    again = await product.services.access.reissue_link(product.session_id, host, worker)
    assert await show(product.session_id, host, worker) == again != url


async def test_a_dead_link_is_not_shown_nor_one_that_nobody_has(product: Product) -> None:
    worker, host = await product.person("applicant"), await product.person("mediator")
    show, before = product.services.invitations.show, await product.kinds()
    for session_id, person in ((product.session_id, host), ("se_other", worker), (product.session_id, "nobody")):
        with pytest.raises(NotFound):
            await show(session_id, host, person)
    assert await product.kinds() == before
    await product.services.access.revoke_link(product.session_id, host, worker)
    with pytest.raises(DomainError) as caught:
        await show(product.session_id, host, worker)
    assert caught.value.code == "link_revoked"
    await product.services.access.reissue_link(product.session_id, host, worker)
    product.clock.forward(days=14)
    with pytest.raises(DomainError) as caught:
        await show(product.session_id, host, worker)
    assert caught.value.code == "link_expired"


async def test_after_the_key_was_changed_the_link_still_opens_and_is_not_shown(product: Product) -> None:
    worker, host = await product.person("applicant"), await product.person("mediator")
    other = InvitationService(replace(product.ports, key=b"another key"))
    with pytest.raises(Conflict) as caught:
        await other.show(product.session_id, host, worker)
    assert caught.value.code == "link_not_shown"
    await product.services.access.open_link(product.secret("applicant"))


async def test_the_database_alone_does_not_give_a_link(product: Product) -> None:
    secret = product.secret("applicant")
    async with product.engine.connect() as connection:
        kept = str((await connection.execute(select(schema.links))).all())
    assert secret not in kept and hash_secret(secret) in kept
    assert link_secret(b"k", "ln_1") != link_secret(b"k", "ln_2") != link_secret(b"l", "ln_2")
    assert len(link_secret(b"k", "ln_1")) == len(secret) == 43
