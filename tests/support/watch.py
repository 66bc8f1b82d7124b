"""What a screen showed and what reached it while something was broken, noted inside the page so that nothing is missed.

A recorder is back within a second, a web process within a tenth of one; whoever looks from outside may not see what a
screen said in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.browser import Person

NOTES = """
window.recording = [];
window.sockets = [];
window.away = [];
window.bornAt = Date.now();
const note = () => {
  const strip = document.querySelector('[data-testid="rec-strip"]');
  const state = strip ? strip.dataset.state : null;
  const last = window.recording[window.recording.length - 1];
  if (state && (!last || last.state !== state)) window.recording.push({ state, at: Date.now() / 1000 });
  const banner = document.querySelector('[data-testid="connection-banner"]');
  // The console has a line of its own.
  const cut = document.querySelector('[data-testid="cut-off"]');
  const draft = document.querySelector('[data-testid="draft-editor"]');
  const away = `${cut ? "reconnecting" : banner?.dataset.state ?? "open"} ${draft?.dataset.writable}`;
  if (window.away[window.away.length - 1] !== away) window.away.push(away);
};
new MutationObserver(note).observe(document, { subtree: true, childList: true, attributes: true });
const NativeSocket = window.WebSocket;
window.WebSocket = class extends NativeSocket {
  constructor(...given) { super(...given); window.sockets.push(this); }
};
"""
BEGIN = """
() => {
  clearInterval(window.arrivals && window.arrivals.timer);
  const arrivals = { longest: {}, last: {}, alive: new Set(), timer: 0 };
  const look = async () => {
    const now = performance.now();
    for (const peer of window.peers) {
      if (peer.connectionState === "closed") continue;
      (await peer.getStats()).forEach((row) => {
        if (row.type !== "inbound-rtp") return;
        const before = arrivals.last[row.trackIdentifier];
        if (!before) arrivals.last[row.trackIdentifier] = { packets: row.packetsReceived, at: now };
        if (!before) return;
        const silent = now - before.at;
        if (row.packetsReceived > before.packets) {
          arrivals.last[row.trackIdentifier] = { packets: row.packetsReceived, at: now };
          arrivals.alive.add(row.trackIdentifier);
        }
        arrivals.longest[row.trackIdentifier] = Math.max(arrivals.longest[row.trackIdentifier] || 0, silent);
      });
    }
  };
  arrivals.timer = setInterval(look, 100);
  window.arrivals = arrivals;
}
"""
END = """
() => {
  clearInterval(window.arrivals.timer);
  return [...window.arrivals.alive].map((track) => window.arrivals.longest[track]);
}
"""
DROP_SOCKETS = "() => window.sockets.forEach((socket) => socket.close(4999, 'the network is gone'))"


async def take_notes(person: Person) -> None:
    """Note what happens on every page that this person opens from now on."""
    await person.context.add_init_script(NOTES)


@dataclass
class Screen:
    """One person's screen during one fault."""

    person: Person
    born_at: float
    notes: int
    connections: int

    async def recording_states(self) -> list[dict[str, Any]]:
        """What the screen said about the recording since the fault: ``state`` and ``at`` (Unix seconds)."""
        shown: list[dict[str, Any]] = await self.person.page.evaluate("() => window.recording")
        return shown[self.notes :]

    async def connection_states(self) -> list[str]:
        """Since the fault: its connection, and whether one could write in the draft, as ``reconnecting false``."""
        shown: list[str] = await self.person.page.evaluate("() => window.away")
        return shown[self.connections :]

    async def was_not_reloaded(self) -> None:
        assert await self.person.page.evaluate("() => window.bornAt") == self.born_at, self.person.name

    async def longest_silence(self) -> float:
        """The longest time in seconds without a new packet, of any track; ends the watch, which must have seen four."""
        await self.person.page.wait_for_function("() => window.arrivals.alive.size >= 4", polling=100)
        silences: list[float] = await self.person.page.evaluate(END)
        return max(silences) / 1000


async def watch(person: Person) -> Screen:
    """Begin to watch one screen."""
    await person.page.evaluate(BEGIN)
    counted = "() => [window.bornAt, window.recording.length, window.away.length]"
    born_at, notes, connections = await person.page.evaluate(counted)
    return Screen(person, born_at, notes, connections)


async def cut_off(person: Person) -> None:
    """The network of this person is gone: every socket breaks and no new one comes about."""
    await person.context.set_offline(True)
    await person.page.evaluate(DROP_SOCKETS)
