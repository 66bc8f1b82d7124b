"""A view in a browser that has never heard of us: it plays, its length is right, and it can be entered anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Route

from recorder.compose import build_view
from tests.support.browser import chromium
from tests.support.capture_parts import part
from tests.support.capture_rtp import EPOCH, H264, OPUS, VP8, h264_packets, opus_packets, vp8_packets

pytestmark = pytest.mark.browser

WATCH = """
async (seconds) => {
  const video = document.querySelector("video");
  const event = (name) => new Promise((resolve, reject) => {
    video.addEventListener(name, resolve, { once: true });
    video.addEventListener("error", () => reject(new Error(video.error.message)), { once: true });
  });
  const loaded = event("loadeddata");
  video.src = "/view";
  await loaded;
  const seen = { duration: video.duration, width: [video.videoWidth], at: [] };
  for (const second of seconds) {
    const sought = event("seeked");
    video.currentTime = second;
    await sought;
    seen.at.push(video.currentTime);
    seen.width.push(video.videoWidth);
  }
  const ended = event("ended");
  video.currentTime = video.duration - 1;
  await video.play();
  await ended;
  seen.frames = video.getVideoPlaybackQuality().totalVideoFrames;
  seen.audio = video.webkitAudioDecodedByteCount;
  return seen;
}
"""


@pytest.mark.parametrize("codec", ["vp8", "h264"])
async def test_chromium_plays_a_view_with_a_gap_and_seeks_in_it(codec: str, tmp_path: Path) -> None:
    track_format, make = (VP8, vp8_packets) if codec == "vp8" else (H264, h264_packets)
    parts = [
        part(tmp_path, "v1", track_format, make(4), EPOCH),
        part(tmp_path, "a1", OPUS, opus_packets(4), EPOCH + 0.2),
        part(tmp_path, "v2", track_format, make(4, width=640, height=360), EPOCH + 10),
        part(tmp_path, "a2", OPUS, opus_packets(4), EPOCH + 10.1),
    ]
    file = tmp_path / "view"
    view = build_view(parts, file)

    async def answer(route: Route) -> None:
        if not route.request.url.endswith("/view"):
            await route.fulfill(body="<!doctype html><video muted></video>", content_type="text/html")
            return
        data = file.read_bytes()
        wanted = route.request.headers.get("range", "bytes=0-").removeprefix("bytes=").split("-")
        start, end = int(wanted[0]), int(wanted[1] or len(data) - 1)
        await route.fulfill(
            status=206,
            body=data[start : end + 1],
            headers={
                "content-type": view.mime_type,
                "accept-ranges": "bytes",
                "content-range": f"bytes {start}-{end}/{len(data)}",
            },
        )

    async with chromium() as browser:
        page = await browser.new_page()
        await page.route("**/*", answer)
        await page.goto("http://view.test/")
        seen = await page.evaluate(WATCH, [12.5, 1.5, 7.0, 3.0])
    assert seen["duration"] == pytest.approx(view.duration, abs=0.05)
    assert seen["at"] == pytest.approx([12.5, 1.5, 7.0, 3.0])
    assert seen["width"] == [320, 640, 320, 320, 320]
    assert seen["frames"] > 20
    assert seen["audio"] > 0
