// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadLocale, loadOffice } from "../../src/i18n";
import { COMING_SECONDS } from "../../src/room/arrivals";
import { apply, fromSnapshot, type RoomEvent, type RoomState } from "../../src/room/state";
import { Store } from "../../src/room/store";
import { PeoplePane } from "../../src/staff/PeoplePane";
import { type ConsoleTools, ToolsProvider } from "../../src/staff/tools";
import { caucus, person, publication, snapshot } from "../room/sample";

const NOW = 1_800_000_000;
const me = person("me", { role: "host", side: "mediator" });
const mine = [publication("mic_me", "me"), publication("cam_me", "me", { kind: "video", source: "camera" })];
const theirs = [publication("mic_p", "p"), publication("cam_p", "p", { kind: "video", source: "camera" })];

let root: HTMLElement;
const command = vi.fn(async () => true);
const tool = (id: string) => root.querySelector<HTMLElement>(`[data-testid=${id}][data-participant=p]`);

async function show(state: RoomState): Promise<void> {
  const detail = { session_id: "s1", people: [] };
  const gives = { wanted: true, track: {}, problem: null };
  const desk = { media: { state: new Store({ microphone: gives, camera: { ...gives, wanted: false } }) } };
  const tools = { desk, state, detail, command, attempt: vi.fn(), ask: vi.fn() } as unknown as ConsoleTools;
  const pane = h(PeoplePane, { talks: false, onClose: () => undefined });
  await act(async () => render(h(ToolsProvider, { value: tools, children: pane }), root));
}

/** The party has come into a private talk with the mediator a moment ago; their tracks are on their way. */
function moved(...after: RoomEvent[]): RoomState {
  const before = fromSnapshot(
    snapshot({ participants: [me, person("p")], publications: [...mine, ...theirs], caucuses: [caucus()] }),
    NOW,
  );
  const events: RoomEvent[] = [
    ...theirs.map(({ publication_id }) => ({ type: "publication_closed", data: { publication_id } }) as const),
    ...[me, person("p")].map(
      (one) => ({ type: "participant_changed", data: { participant: { ...one, caucus_id: "c1" } } }) as const,
    ),
    ...after,
  ];
  return events.reduce((so, event, index) => apply(so, event, so.seq + index + 1, NOW), before);
}

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW * 1000 });
  await loadOffice();
  await loadLocale("en");
  root = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, root);
  root.remove();
  command.mockClear();
  vi.useRealTimers();
});

describe("a person in the list a moment after a move", () => {
  it("is connecting, not without microphone and camera", async () => {
    await show(moved());
    for (const id of ["mute", "stop-camera"]) {
      expect(tool(id)?.title).toBe("p · Connecting");
      expect(tool(id)?.getAttribute("aria-disabled")).toBe("true");
      await act(async () => tool(id)?.click());
    }
    expect(command).not.toHaveBeenCalled();
  });

  it("has what they send as soon as it is there", async () => {
    await show(moved(...theirs.map((one) => ({ type: "publication_changed", data: { publication: one } }) as const)));
    expect(tool("mute")?.title).toBe("Mute p");
    expect(tool("stop-camera")?.dataset.on).toBe("true");
  });

  it("has none once the time to wait is over", async () => {
    await show(moved());
    await act(async () => void vi.advanceTimersByTime(COMING_SECONDS * 1000 + 10));
    expect(tool("stop-camera")?.title).not.toContain("Connecting");
    await act(async () => tool("stop-camera")?.click());
    expect(command).toHaveBeenCalledWith("ask_to_switch_on", { participant_id: "p", source: "camera" });
  });

  it("is told of oneself by what one's own devices do", async () => {
    await show(moved());
    const signs = root.querySelectorAll(".people__inside[data-participant=me] .people__device");
    expect([...signs].map((one) => one.getAttribute("title"))).toEqual(["Microphone on", "Camera off"]);
  });

  it("is not called silent behind a wall", async () => {
    const outside = { participant: person("p", { presence: "away", caucus_id: "c1" }) };
    await show(moved({ type: "participant_changed", data: outside }));
    const signs = root.querySelectorAll(".people__inside[data-participant=p] .people__device");
    expect([...signs].map((one) => one.textContent)).toEqual(["In a private talk"]);
  });
});
