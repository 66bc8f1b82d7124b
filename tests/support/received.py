"""What a page receives and decodes, asked of its peer connections: the same in every browser."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Evaluate = Callable[[str], Awaitable[Any]]
"""Calls a JavaScript function on a page; the value that it returns or promises."""

REMEMBER_PEERS = """
const Native = window.RTCPeerConnection;
window.peers = [];
window.RTCPeerConnection = class extends Native {
  constructor(...given) { super(...given); window.peers.push(this); }
};
"""
INBOUND = """
async () => {
  const rows = [];
  for (const peer of window.peers) {
    if (peer.connectionState === "closed") continue;
    const stats = await peer.getStats();
    stats.forEach((row) => {
      if (row.type === "inbound-rtp") rows.push({
        track: row.trackIdentifier, kind: row.kind, frames: row.framesDecoded || 0,
        energy: row.totalAudioEnergy || 0, bytes: row.bytesReceived || 0,
        codec: (stats.get(row.codecId) || {}).mimeType || "",
      });
    });
  }
  return rows;
}
"""
PAUSE = 0.4


async def inbound(evaluate: Evaluate, kind: str) -> list[dict[str, Any]]:
    """What the browser has received and decoded, a row for each remote track."""
    rows = await evaluate(INBOUND)
    return [row for row in rows if row["kind"] == kind and row["bytes"] > 0]


async def hears(evaluate: Evaluate, others: int, seconds: float) -> None:
    """Until the sound of ``others`` people has energy, still growing."""
    async with asyncio.timeout(seconds):
        while True:
            before = {row["track"]: row["energy"] for row in await inbound(evaluate, "audio")}
            await asyncio.sleep(PAUSE)
            rows = await inbound(evaluate, "audio")
            if sum(row["energy"] > before.get(row["track"], row["energy"]) for row in rows) >= others:
                return


async def sees(evaluate: Evaluate, others: int, seconds: float) -> None:
    """Until pictures of ``others`` people are decoded, still growing."""
    async with asyncio.timeout(seconds):
        before = {row["track"]: row["frames"] for row in await inbound(evaluate, "video")}
        while True:
            rows = await inbound(evaluate, "video")
            if sum(row["frames"] > before.get(row["track"], row["frames"]) for row in rows) >= others:
                return
            await asyncio.sleep(PAUSE / 4)


async def sees_and_hears(evaluate: Evaluate, others: int, seconds: float) -> None:
    """Until pictures of ``others`` people are decoded and their sound has energy, both still growing."""
    async with asyncio.timeout(seconds):
        while True:
            before = {row["track"]: row for kind in ("video", "audio") for row in await inbound(evaluate, kind)}
            await asyncio.sleep(PAUSE)
            video = [r for r in await inbound(evaluate, "video") if r["frames"] > before.get(r["track"], r)["frames"]]
            audio = [r for r in await inbound(evaluate, "audio") if r["energy"] > before.get(r["track"], r)["energy"]]
            if len(video) >= others and len(audio) >= others:
                return
