"""Packed files go to browsers that can unpack them; a page names what it will need."""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from room_server.api import pages
from room_server.api.assets import Build

SCRIPT = b"console.log('hello');\n" * 100
PACKED = zlib.compress(SCRIPT, wbits=31)
MANIFEST = {
    "index.html": {"file": "assets/index-1.js", "imports": ["_shared-2.js"]},
    "_shared-2.js": {"file": "assets/shared-2.js"},
    "_form-3.js": {"file": "assets/form-3.js", "imports": ["index.html"]},
    "src/party/Page.tsx": {"file": "assets/Page-4.js", "imports": ["_form-3.js", "_shared-2.js"]},
    "src/i18n/zh-CN.ts": {"file": "assets/zh-CN-5.js"},
    "src/i18n/en.ts": {"file": "assets/en-6.js"},
}


@pytest.fixture
def browser(tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "assets").mkdir()
    (tmp_path / ".vite").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>room</title>")
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(MANIFEST))
    (tmp_path / "assets" / "index-1.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "index-1.js.gz").write_bytes(PACKED)
    (tmp_path / "assets" / "index-1.js.br").write_bytes(b"as brotli")
    (tmp_path / "assets" / "small.css").write_bytes(b"a{}")
    return client(tmp_path)


def client(folder: Path) -> httpx.AsyncClient:
    strict = Middleware(pages.StrictHeaders, hsts=False, build=Build(folder))
    app = Starlette(routes=pages.routes(folder, demo=False), middleware=[strict])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://room")


@pytest.mark.parametrize(
    ("accepts", "encoding", "content"),
    [
        ("gzip, deflate, br", "br", b"as brotli"),
        ("gzip", "gzip", SCRIPT),
        ("br;q=0, gzip;q=0.5", "gzip", SCRIPT),
        ("br; q = 0.000, gzip;q=0", None, SCRIPT),
        ("identity", None, SCRIPT),
        ("", None, SCRIPT),
    ],
)
async def test_a_script_is_sent_packed_to_whoever_can_unpack_it(
    browser: httpx.AsyncClient, accepts: str, encoding: str | None, content: bytes
) -> None:
    async with browser.stream("GET", "/assets/index-1.js", headers={"accept-encoding": accepts}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == encoding
    assert (zlib.decompress(raw, wbits=31) if encoding == "gzip" else raw) == content
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "accept-encoding"
    assert "immutable" in answer.headers["cache-control"]
    assert int(answer.headers["content-length"]) == len(raw)


async def test_what_the_build_did_not_pack_is_sent_as_it_is(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/small.css", headers={"accept-encoding": "br"})
    assert (answer.content, answer.headers.get("content-encoding")) == (b"a{}", None)
    assert (await browser.get("/assets/absent.js", headers={"accept-encoding": "br"})).status_code == 404
    assert (await browser.get("/assets/%2e%2e/index.html")).status_code == 404


@pytest.mark.parametrize(("language", "words"), [("zh-CN,zh;q=0.9", "zh-CN-5"), ("en-GB", "en-6"), ("", "zh-CN-5")])
async def test_a_page_names_what_it_will_need_and_nothing_that_it_has(
    browser: httpx.AsyncClient, language: str, words: str
) -> None:
    answer = await browser.get("/j/a-secret", headers={"accept-language": language})
    links = answer.headers["link"].split(", ")
    assert sorted(links) == sorted(f"</assets/{name}.js>; rel=modulepreload" for name in ("Page-4", "form-3", words))
    assert answer.headers["vary"] == "accept-language"
    assert "link" not in (await browser.get("/")).headers


async def test_without_a_build_nothing_is_named(tmp_path: Path) -> None:
    answer = await client(tmp_path).get("/j/a-secret")
    assert (answer.status_code, "link" in answer.headers) == (503, False)


async def test_answers_name_the_build_that_is_handed_out_now(tmp_path: Path) -> None:
    async with client(tmp_path) as asker:

        async def named() -> str | None:
            answer = await asker.get("/api/build")
            assert (answer.status_code, answer.headers["cache-control"]) == (204, "no-store")
            return answer.headers.get("frontend-build")

        assert await named() is None
        index = tmp_path / "index.html"
        for moment, script in enumerate(("index-Ab_3-x9Z.js", "index-2.js"), start=1):
            page = f'<script type="module" crossorigin src="/assets/{script}"></script><script src="/assets/x.js">'
            index.write_text(f"<!doctype html><title>room</title>{page}")
            os.utime(index, (moment, moment))
            assert await named() == script
        assert "frontend-build" not in (await asker.get("/j/a-secret")).headers
        index.write_text("<!doctype html>")
        os.utime(index, (9, 9))
        assert await named() is None
