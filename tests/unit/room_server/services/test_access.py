from __future__ import annotations

import asyncio
import threading

import pytest

from room_server.auth import Tokens, password_fits
from room_server.bus import AccessEnded
from room_server.domain.errors import Conflict, DomainError, Forbidden, Gone, Locked, NotFound, Unauthenticated
from tests.support.product_room import TOKEN_KEY, Product, TestClock
from tests.support.room_ports import WAIT


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
    staff = product.ports.tokens.staff("st_1", "mark")
    no_link = product.ports.tokens.room(person, product.session_id)
    elsewhere = product.ports.tokens.room(person, "se_other")
    for value in (forged, staff, no_link, elsewhere, "", "a.b.c"):
        assert await refusal(product, value) == "unauthenticated"


def test_a_room_token_is_no_staff_cookie() -> None:
    tokens = Tokens(TOKEN_KEY, TestClock())
    with pytest.raises(Unauthenticated):
        tokens.read_staff(tokens.room("pa_1", "se_1"))


async def test_a_new_password_ends_every_sign_in_that_was_made_with_the_old_one(product: Product) -> None:
    staff, old = product.services.staff, product.password("zhouhe")
    before = await staff.login("zhouhe", old)
    assert (await staff.read_token(before.token)).username == "zhouhe"
    new = await staff.renew_password("zhouhe")
    with pytest.raises(Unauthenticated):
        await staff.read_token(before.token)
    with pytest.raises(Unauthenticated):
        await staff.login("zhouhe", old)
    after = await staff.login("zhouhe", new)
    assert (await staff.read_token(after.token)).username == "zhouhe"


async def test_a_sign_in_that_meets_a_new_password_is_worth_nothing(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, compare = product.services.staff, password_fits
    reached, gate = threading.Event(), threading.Event()

    def slowly(password_hash: str, password: str) -> bool:
        fits = compare(password_hash, password)
        reached.set()
        gate.wait(WAIT)
        return fits

    monkeypatch.setattr("room_server.services.staff.password_fits", slowly)
    signing_in = asyncio.create_task(staff.login("zhouhe", product.password("zhouhe")))
    assert await asyncio.to_thread(reached.wait, WAIT)
    await staff.renew_password("zhouhe")
    gate.set()
    signed_in = await signing_in
    with pytest.raises(Unauthenticated):
        await staff.read_token(signed_in.token)


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


async def test_guesses_of_names_that_nobody_has_do_not_crowd_out_the_rest_of_the_service(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, comparing = threading.Event(), []

    def fits(*_: object) -> bool:
        comparing.append(1)
        gate.wait(6 * WAIT)
        return False

    monkeypatch.setattr("room_server.services.staff.password_fits", fits)
    staff = product.services.staff
    guesses = [asyncio.create_task(staff.login(f"nobody {number}", "wrong")) for number in range(60)]
    async with asyncio.timeout(6 * WAIT):
        while sum(each.done() for each in guesses) < 40:
            await asyncio.wait([each for each in guesses if not each.done()], return_when=asyncio.FIRST_COMPLETED)
    assert len(comparing) <= 2
    gate.set()
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    codes = [item.code for item in outcomes if isinstance(item, DomainError)]
    assert (codes.count("login_failed"), codes.count("rate_limited")) == (20, 40)
    with pytest.raises(Unauthenticated):
        await staff.login("nobody", "wrong")
