from __future__ import annotations

import asyncio

import pytest

from room_server.auth import Tokens
from room_server.bus import AccessEnded
from room_server.domain.errors import Conflict, DomainError, Forbidden, Gone, Locked, NotFound, Unauthenticated
from tests.support.product_room import TOKEN_KEY, Product, TestClock


async def token(product: Product, side: str = "applicant") -> str:
    return (await product.identify(side)).token


async def refusal(product: Product, value: str) -> str:
    with pytest.raises(DomainError) as caught:
        await product.services.access.read_token(value)
    return caught.value.code


async def test_five_wrong_answers_lock_the_link_for_good(product: Product) -> None:
    access, secret = product.services.access, product.secret("applicant")
    for left in (4, 3, 2, 1):
        with pytest.raises(Forbidden) as caught:
            await access.send_code(secret, "9999")
        assert caught.value.detail == {"tries_left": left}
    for answer in ("9999", "0001"):
        with pytest.raises(Locked):
            await access.send_code(secret, answer)
    assert (await product.kinds()).count("identity_failed") == 5


async def test_a_new_link_opens_the_locked_door_again(product: Product) -> None:
    access, person = product.services.access, await product.person("applicant")
    for _ in range(5):
        with pytest.raises(DomainError):
            await access.send_code(product.secret("applicant"), "9999")
    url = await access.reissue_link(product.session_id, await product.person("mediator"), person)
    assert (await access.send_code(url.rsplit("/", 1)[1], "0001")).sent_to == "100****0001"
    with pytest.raises(Gone):
        await access.open_link(product.secret("applicant"))


async def test_an_unknown_or_expired_link_opens_nothing(product: Product) -> None:
    with pytest.raises(NotFound):
        await product.services.access.open_link("unknown")
    product.clock.forward(days=14)
    with pytest.raises(Gone) as caught:
        await product.services.access.open_link(product.secret("applicant"))
    assert caught.value.code == "link_expired"


async def test_a_token_says_who_bears_it_until_it_runs_out(product: Product) -> None:
    value = await token(product)
    grant = await product.services.access.read_token(value)
    assert (grant.display_name, grant.side, grant.role, grant.admitted, grant.ready) == (
        "林小满",
        "applicant",
        "party",
        False,
        False,
    )
    product.clock.forward(minutes=15)
    assert await refusal(product, value) == "session_expired"


async def test_removal_kills_every_token_at_once_and_says_so(product: Product) -> None:
    value, person, host = await token(product), await product.person("applicant"), await product.person("mediator")
    await product.services.sessions.remove(product.session_id, host, person, "扰乱秩序")
    assert await refusal(product, value) == "removed"
    assert AccessEnded(product.session_id, person, "removed") in product.events
    with pytest.raises(Gone):
        await product.services.access.send_code(product.secret("applicant"), "0001")


async def test_nobody_comes_in_without_the_required_consents(product: Product) -> None:
    value = await token(product)
    room = (await product.services.access.read_token(value)).room_id
    with pytest.raises(Forbidden) as caught:
        await product.services.access.enter(room, value)
    assert caught.value.code == "consent_missing"
    await product.consent(await product.person("applicant"))
    assert (await product.services.access.enter(room, value)).ready


async def test_a_token_opens_one_room_only_and_only_while_the_session_is_open(product: Product) -> None:
    value = await token(product)
    room = (await product.services.access.read_token(value)).room_id
    await product.consent(await product.person("applicant"))
    with pytest.raises(Unauthenticated):
        await product.services.access.enter("rm_other", value)
    await product.services.sessions.end(product.session_id, await product.person("mediator"))
    with pytest.raises(Conflict):
        await product.services.access.enter(room, value)


async def test_a_forged_or_foreign_token_is_nobody(product: Product) -> None:
    person = await product.person("applicant")
    forged = Tokens("another key", product.clock).room(person, product.session_id)
    staff = product.ports.tokens.staff("st_1")
    no_link = product.ports.tokens.room(person, product.session_id)
    elsewhere = product.ports.tokens.room(person, "se_other")
    for value in (forged, staff, no_link, elsewhere, "", "a.b.c"):
        assert await refusal(product, value) == "unauthenticated"


def test_a_room_token_is_no_staff_cookie() -> None:
    tokens = Tokens(TOKEN_KEY, TestClock())
    with pytest.raises(Unauthenticated):
        tokens.read_staff(tokens.room("pa_1", "se_1"))


async def test_failed_sign_ins_lock_the_account_for_a_while(product: Product) -> None:
    staff = product.services.staff
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            await staff.login("zhouhe", "wrong")
    with pytest.raises(DomainError) as caught:
        await staff.login("zhouhe", product.password("zhouhe"))
    assert caught.value.code == "rate_limited"
    product.clock.forward(seconds=caught.value.detail["retry_after"])
    assert (await staff.login("zhouhe", product.password("zhouhe"))).member.role == "mediator"
    with pytest.raises(Unauthenticated):
        await staff.login("nobody", "wrong")


async def test_guesses_made_side_by_side_do_not_get_around_the_lock(product: Product) -> None:
    staff = product.services.staff
    guesses = [staff.login("zhouhe", f"wrong {number}") for number in range(12)]
    outcomes = await asyncio.gather(*guesses, staff.login("zhouhe", "wrong"), return_exceptions=True)
    codes = sorted(item.code for item in outcomes if isinstance(item, DomainError))
    assert codes == ["login_failed"] * 5 + ["rate_limited"] * 8
