import { beforeEach, expect, test, vi } from "vitest";
import type { LocalTrack } from "../../src/room/media";
import { Store } from "../../src/room/store";
import { devicesBefore, forgetDevices, rememberDevices } from "../../src/ui/ownDevices";

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});

function media(microphone: boolean, camera: boolean) {
  const track = (wanted: boolean): LocalTrack => ({ wanted, track: null, problem: null });
  const store = new Store({ microphone: track(microphone), camera: track(camera) });
  return { store, session: { state: store } as unknown as Parameters<typeof rememberDevices>[1], track };
}

test("what was switched off is off after a reload", () => {
  const { store, session, track } = media(true, true);
  const stop = rememberDevices("own", session);
  expect(devicesBefore("own")).toEqual({ microphone: true, camera: true });
  store.value = { microphone: track(false), camera: track(true) };
  expect(devicesBefore("own")).toEqual({ microphone: false, camera: true });
  stop();
  store.value = { microphone: track(true), camera: track(true) };
  expect(devicesBefore("own")).toEqual({ microphone: false, camera: true });
});

test("both off is something that is known", () => {
  rememberDevices("own", media(false, false).session);
  expect(devicesBefore("own")).toEqual({ microphone: false, camera: false });
});

test("what is forgotten, or was never kept, is not known", () => {
  expect(devicesBefore("own")).toBeNull();
  rememberDevices("own", media(true, false).session)();
  forgetDevices("own");
  expect(devicesBefore("own")).toBeNull();
});

test("what would not open is tried again after a reload, what is not there is not asked for", () => {
  const { store, session } = media(false, false);
  rememberDevices("own", session);
  const off = { wanted: false, track: null };
  store.value = { microphone: { ...off, problem: "denied" }, camera: { ...off, problem: "absent" } };
  expect(devicesBefore("own")).toEqual({ microphone: true, camera: false });
});
