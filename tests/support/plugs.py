"""Which devices are plugged into somebody's machine: a real browser with some of its fake devices out of sight.

Chromium itself, without its fake devices, answers the same: no entry in the list, and ``NotFoundError``.
"""

from __future__ import annotations

from tests.support.browser import Person

BOTH, MICROPHONE, CAMERA, NONE = "audioinput,videoinput", "audioinput", "videoinput", ""
PLUGS = """
(first) => {
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const plugged = () => (sessionStorage.getItem("plugged") ?? first).split(",");
  const [list, open] = [devices.enumerateDevices.bind(devices), devices.getUserMedia.bind(devices)];
  window.opened = [];
  devices.enumerateDevices = async () =>
    (await list()).filter(({ kind }) => kind === "audiooutput" || plugged().includes(kind));
  devices.getUserMedia = async (wanted) => {
    const missing = (wanted.audio && !plugged().includes("audioinput")) ||
      (wanted.video && !plugged().includes("videoinput"));
    if (missing) throw new DOMException("Requested device not found", "NotFoundError");
    const stream = await open(wanted);
    window.opened.push(...stream.getTracks());
    return stream;
  };
  window.plug = (kinds) => {
    sessionStorage.setItem("plugged", kinds);
    devices.dispatchEvent(new Event("devicechange"));
  };
  window.call = (kind, taken) => {
    for (const track of window.opened.filter((one) => one.kind === kind && one.readyState === "live")) {
      Object.defineProperty(track, "muted", { value: taken, configurable: true });
      track.dispatchEvent(new Event(taken ? "mute" : "unmute"));
    }
  };
}
"""


async def has(person: Person, devices: str) -> None:
    """What is plugged in when this person's pages open, until ``plugs_in``; a reload keeps it."""
    await person.context.add_init_script(f"({PLUGS})({devices!r})")


async def plugs_in(person: Person, devices: str) -> None:
    """From now on these are plugged in and no others; nothing that is open already ends by it."""
    await person.page.evaluate("(kinds) => window.plug(kinds)", devices)


async def is_called(person: Person, taken: bool) -> None:
    """A telephone call takes the microphone, as iOS does it (the track is muted), or gives it back."""
    await person.page.evaluate("(taken) => window.call('audio', taken)", taken)
