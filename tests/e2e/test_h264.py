"""Two browsers that send H264: each decodes the other's picture, and the recording holds it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.browser import DESKTOP, Person, chromium
from tests.support.capture_process import probe
from tests.support.service import running_service
from tests.support.short_way import everybody_meets

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WITHOUT_VP8 = """
const addTransceiver = RTCPeerConnection.prototype.addTransceiver;
RTCPeerConnection.prototype.addTransceiver = function (...given) {
  const made = addTransceiver.apply(this, given);
  if ((given[0].kind || given[0]) === "video") {
    const { codecs } = RTCRtpReceiver.getCapabilities("video");
    made.setCodecPreferences(codecs.filter((one) => /h264|rtx/i.test(one.mimeType)));
  }
  return made;
};
"""
"""The page prefers VP8 where a browser has it; this browser says that it has not."""
RECORDED_FRAMES = 30


async def test_pictures_in_h264_are_seen_and_recorded(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with running_service(data) as service, chromium() as browser:
        mediator = await Person.sits_down(browser, "mediator", DESKTOP)
        applicant = await Person.sits_down(browser, "applicant", DESKTOP)
        for person in (mediator, applicant):
            await person.context.add_init_script(WITHOUT_VP8)
        await everybody_meets(service, mediator, applicant=applicant)
        await asyncio.gather(mediator.sees_and_hears(1), applicant.sees_and_hears(1))
        for person in (mediator, applicant):
            assert [row["codec"] for row in await person.inbound("video")] == ["video/H264"]
        await mediator.tap("rec-start")
        await mediator.waits_for("rec-chip", state="on")
        await until_decoded(applicant, RECORDED_FRAMES)
        await mediator.tap("rec-stop")
        await mediator.tap("confirm-yes")
        await mediator.waits_for("rec-chip", state="off")
        assert mediator.complaints == applicant.complaints == []
    files = sorted(data.rglob("*.mkv"))
    assert len(files) == 2
    for file in files:
        codec, width, height, frames = picture_of(file)
        assert (codec, width, height) == ("h264", "640", "360")
        assert int(frames) >= RECORDED_FRAMES / 2


async def until_decoded(person: Person, frames: int) -> None:
    """Until so many more frames of the other's picture are decoded."""
    (before,) = await person.inbound("video")
    async with asyncio.timeout(20):
        while (await person.inbound("video"))[0]["frames"] < before["frames"] + frames:
            await person.page.wait_for_timeout(100)


def picture_of(file: Path) -> list[str]:
    """Codec, width, height and decoded frames of the only stream, as ffprobe finds them."""
    entries = "stream=codec_name,width,height,nb_read_frames"
    (line,) = probe(file, "-count_frames", "-show_entries", entries)
    return line.split(",")
