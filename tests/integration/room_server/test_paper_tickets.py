"""The paper for browsers that keep no file of a page: by an address that works by itself, a while, for nothing else."""

from __future__ import annotations

import httpx
import pytest

from room_server.auth import PAPER_LIFETIME
from tests.integration.room_server.test_http_api import enter
from tests.support.product_room import Product


@pytest.fixture
async def party(product: Product) -> httpx.AsyncClient:
    """Somebody who was let in, and a frozen text."""
    browser = product.browser()
    browser.headers.update(await enter(browser, product, "applicant"))
    host = await product.person("mediator")
    await product.services.sessions.start(product.session_id, host)
    await product.services.sessions.admit(product.session_id, host, await product.person("applicant"))
    return browser


async def ticket(party: httpx.AsyncClient, proposal_id: str) -> str:
    answer = await party.post(f"/api/agreements/{proposal_id}/ticket")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert answer.json()["expires_in"] == PAPER_LIFETIME.total_seconds()
    return str(answer.json()["path"])


async def code_of(product: Product, path: str) -> tuple[int, str]:
    answer = await product.browser().get(path)
    return answer.status_code, answer.json()["code"]


async def test_another_browser_gets_the_paper_with_a_name_of_its_own(
    product: Product, party: httpx.AsyncClient
) -> None:
    path = await ticket(party, await product.freeze())
    for _ in range(2):  # whatever an app hands the address to asks again
        answer = await product.browser().get(path)
        assert answer.content.startswith(b"%PDF") and answer.headers["content-type"] == "application/pdf"
        assert answer.headers["cache-control"] == "no-store"
        kind, plain, named = answer.headers["content-disposition"].split("; ")
        assert (kind, plain) == ("inline", 'filename="agreement.pdf"')
        assert named.startswith("filename*=UTF-8''") and named.endswith(".pdf") and named.isascii()


async def test_it_ends_by_itself(product: Product, party: httpx.AsyncClient) -> None:
    path = await ticket(party, await product.freeze())
    product.clock.forward(seconds=PAPER_LIFETIME.total_seconds() - 1)
    assert (await product.browser().get(path)).status_code == 200
    product.clock.forward(seconds=1)
    assert await code_of(product, path) == (401, "paper_address_expired")
    shown = await product.browser().get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert shown.status_code == 401 and shown.headers["content-type"].startswith("text/plain")
    assert "Save the agreement" in shown.text and "把协议存到手机" in shown.text


async def test_it_ends_with_the_link(product: Product, party: httpx.AsyncClient) -> None:
    path = await ticket(party, await product.freeze())
    person = await product.person("applicant")
    await product.services.access.revoke_link(product.session_id, await product.person("mediator"), person)
    assert (await code_of(product, path))[0] == 401


async def test_it_ends_with_the_persons_place(product: Product, party: httpx.AsyncClient) -> None:
    path = await ticket(party, await product.freeze())
    person = await product.person("applicant")
    await product.services.sessions.remove(product.session_id, await product.person("mediator"), person, "disturbs")
    assert await code_of(product, path) == (401, "removed")


async def test_it_opens_nothing_but_papers_and_makes_no_other(product: Product, party: httpx.AsyncClient) -> None:
    path = await ticket(party, await product.freeze())
    stolen = {"Authorization": f"Bearer {path.split('/papers/')[1].partition('/')[0]}"}
    base = path.partition("/papers/")[0]
    for method, address in (("GET", "/api/me"), ("GET", "/api/agreements/current"), ("POST", f"{base}/ticket")):
        answer = await product.browser().request(method, address, headers=stolen)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), address


async def test_a_room_token_is_no_ticket(product: Product, party: httpx.AsyncClient) -> None:
    proposal_id = await product.freeze()
    token = party.headers["authorization"].partition(" ")[2]
    path = f"/api/agreements/{proposal_id}/papers/{token}/agreement.pdf"
    assert await code_of(product, path) == (401, "unauthenticated")
