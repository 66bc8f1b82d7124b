"""Two browsers that do not send VP8: each decodes the other's picture, and the recording holds it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.browser import DESKTOP, USUAL, Person, chromium
from tests.support.capture_process import probe
from tests.support.service import running_service
from tests.support.short_way import everybody_meets

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ONLY = """
const addTransceiver = RTCPeerConnection.prototype.addTransceiver;
RTCPeerConnection.prototype.addTransceiver = function (...given) {
  const made = addTransceiver.apply(this, given);
  if ((given[0].kind || given[0]) === "video" && given[1]?.direction !== "recvonly") {
    const { codecs } = RTCRtpReceiver.getCapabilities("video");
    made.setCodecPreferences(codecs.filter((one) => /CODEC|rtx/i.test(one.mimeType)));
  }
  return made;
};
"""
"""The page prefers VP8 where a browser has it; this browser says that it can send nothing but CODEC."""
OPUS = """
() => window.peers.filter((peer) => peer.connectionState !== "closed").map((peer) => {
  const { sdp } = peer.remoteDescription;
  const [, kind] = /a=rtpmap:(\\d+) opus/.exec(sdp);
  return new RegExp(`a=fmtp:${kind} (.*)`).exec(sdp)[1].trim().split(";").sort();
})
"""
"""What the other end of each connection says of its Opus: the server takes it so, and a speaker sends it so."""
SIZE = """
async () => {
  for (const peer of window.peers.filter((peer) => peer.connectionState !== "closed")) {
    for (const row of (await peer.getStats()).values()) {
      if (row.type === "inbound-rtp" && row.kind === "video") return [`${row.frameWidth}`, `${row.frameHeight}`];
    }
  }
}
"""
"""Of the other's picture: a browser that has too much to do halves what it sends."""
RECORDED_FRAMES = 30


@pytest.mark.parametrize(("mediators", "applicants"), [("H264", "H264"), ("VP9", "AV1")])
async def test_pictures_in_other_codecs_are_seen_and_recorded(tmp_path: Path, mediators: str, applicants: str) -> None:
    data = tmp_path / "data"
    async with running_service(data) as service, chromium(pictures=USUAL) as browser:
        mediator = await Person.sits_down(browser, "mediator", DESKTOP)
        applicant = await Person.sits_down(browser, "applicant", DESKTOP)
        await mediator.context.add_init_script(ONLY.replace("CODEC", mediators))
        await applicant.context.add_init_script(ONLY.replace("CODEC", applicants))
        await everybody_meets(service, mediator, applicant=applicant)
        await asyncio.gather(mediator.sees_and_hears(1), applicant.sees_and_hears(1))
        for person, codec in ((mediator, applicants), (applicant, mediators)):
            assert [row["codec"] for row in await person.inbound("video")] == [f"video/{codec}"]
            said = await person.page.evaluate(OPUS)
            assert len(said) == 2
            assert all({"usedtx=1", "useinbandfec=1"} <= set(each) for each in said), said
        await mediator.tap("rec-start")
        await mediator.waits_for("rec-chip", state="on")
        seen = await asyncio.gather(*(until_decoded(person, RECORDED_FRAMES) for person in (mediator, applicant)))
        await mediator.tap("rec-stop")
        await mediator.see("confirm-reason").fill("够了")
        await mediator.tap("confirm-yes")
        await mediator.waits_for("rec-chip", state="off")
        assert mediator.complaints == applicant.complaints == []
    tracks = [picture_of(file) for kind in ("*.mkv", "*.webm") for file in data.rglob(kind)]
    pictures = [track for track in tracks if track[0] != "opus"]
    assert sorted(codec for codec, *_ in pictures) == sorted([mediators.lower(), applicants.lower()])
    for _, width, height, frames in pictures:
        assert [width, height] in [size for sizes in seen for size in sizes] and int(width) * 9 == int(height) * 16
        assert int(frames) >= RECORDED_FRAMES / 2


async def until_decoded(person: Person, frames: int) -> list[list[str]]:
    """Until so many more frames of the other's picture are decoded; the sizes that they had."""
    (before,) = await person.inbound("video")
    sizes = []
    async with asyncio.timeout(20):
        while (await person.inbound("video"))[0]["frames"] < before["frames"] + frames:
            sizes.append(await person.page.evaluate(SIZE))
            await person.page.wait_for_timeout(100)
    return sizes


def picture_of(file: Path) -> list[str]:
    """Codec, width, height and decoded frames of the only stream, as ffprobe finds them."""
    entries = "stream=codec_name,width,height,nb_read_frames"
    (line,) = probe(file, "-count_frames", "-show_entries", entries)
    return line.split(",")
