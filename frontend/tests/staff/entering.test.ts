// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadLocale, loadOffice } from "../../src/i18n";
import type { Connection } from "../../src/room/client";
import type { Ending } from "../../src/room/failure";
import { Store } from "../../src/room/store";
import type { SessionDetail, StaffAccount } from "../../src/staff/api";
import { Console } from "../../src/staff/Console";
import type { Desk, OwnDevices } from "../../src/staff/desk";
import { Precheck } from "../../src/staff/Precheck";
import { SessionPage } from "../../src/staff/SessionPage";
import { FakeTrack } from "../room/fakes";

const account: StaffAccount = { name: "m", role: "mediator" };
const detail = {
  session_id: "s1",
  room_id: "r1",
  case_no: "1",
  title: "A",
  state: "scheduled",
  people: [],
} as unknown as SessionDetail;

const opening = vi.hoisted(() => ({ desk: vi.fn(), done: (_desk: unknown): void => undefined }));

vi.mock("../../src/staff/api", async (original) => ({
  ...(await original<object>()),
  sessionDetail: async () => detail,
}));
vi.mock("../../src/staff/desk", () => ({
  devicesBefore: () => ({ microphone: true, camera: true, tracks: [] }),
  openDesk: opening.desk,
}));

function desk(connection: Connection): Desk {
  const client = { roomId: "r1", connection: new Store(connection), state: new Store(null) };
  return { client, close: vi.fn() } as unknown as Desk;
}

let root: HTMLElement;

beforeEach(async () => {
  await loadOffice();
  await loadLocale("en");
  root = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  vi.unstubAllGlobals();
  render(null, root);
  root.remove();
});

describe("a mediator's way into a room", () => {
  it("is closed again when they left the page while it was opening", async () => {
    opening.desk.mockImplementation(() => new Promise((done) => Object.assign(opening, { done })));
    await act(async () => render(h(SessionPage, { sessionId: "s1", account }), root));
    await vi.waitFor(() => expect(opening.desk).toHaveBeenCalledOnce());
    await act(async () => render(null, root));
    const late = desk({ phase: "connecting" });
    await act(async () => opening.done(late));
    expect(late.close).toHaveBeenCalledOnce();
  });

  it("lets go of devices that were opened for it when it does not open any more", async () => {
    const track = new FakeTrack("audio");
    const enter = vi.fn<(devices: OwnDevices) => Promise<boolean>>().mockResolvedValue(false);
    vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: async () => ({ getTracks: () => [track] }) } });
    await act(async () => render(h(Precheck, { detail, onEnter: enter }), root));
    root.querySelector<HTMLElement>("[data-testid=console-enter]")?.click();
    await vi.waitFor(() => expect(enter).toHaveBeenCalledOnce());
    expect(track.readyState).toBe("live");
    await act(async () => render(null, root));
    expect(track.readyState).toBe("ended");
  });

  it("leads back from where the room can be entered again", async () => {
    const shown = async (ending: Ending) => {
      const props = { desk: desk({ phase: "ended", ending, reason: "" }), detail, account, onEnded: () => undefined };
      await act(async () => render(h(Console, props), root));
      const button = root.querySelector("[data-testid=console-again]");
      render(null, root);
      return button !== null;
    };
    expect(await shown("replaced")).toBe(true);
    expect(await shown("expired")).toBe(true);
    expect(await shown("removed")).toBe(false);
  });
});
