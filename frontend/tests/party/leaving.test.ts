// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../src/api";
import { loadLocale } from "../../src/i18n";
import type { LinkView, Me } from "../../src/party/api";
import type { Checked } from "../../src/party/checked";
import { Identity } from "../../src/party/Identity";
import Page from "../../src/party/Page";
import type { Visit } from "../../src/party/visit";
import { FakeTrack } from "../room/fakes";

const link: LinkView = {
  session: {
    session_id: "s1",
    number_tail: "0001",
    organisation: "Centre",
    scheduled_at: "2026-11-30T01:00:00Z",
    mediator_name: "M",
  },
  person: { name_masked: "王*", side: "applicant", side_label_zh: "申请人", side_label_en: "Applicant", role: "party" },
  claimed_here: false,
  claimed_elsewhere: false,
  asks_number: true,
};

const refusal = (code: string, status = 403) =>
  new ApiError({ status, code, title: "", detail: "", words: null, extra: {} });

const server = vi.hoisted(() => ({ requestEntryCode: vi.fn(), openLink: vi.fn(), refresh: vi.fn(), getMe: vi.fn() }));
vi.mock("../../src/party/api", async (original) => ({ ...(await original<object>()), ...server }));
const room = vi.hoisted(() => vi.fn((_props: { checked: Checked | null }) => null));
vi.mock("../../src/party/room/RoomPage", () => ({ default: room }));

let root: HTMLElement;
const see = (id: string) => root.querySelector<HTMLElement>(`[data-testid=${id}]`);
async function press(id: string) {
  await vi.waitFor(() => expect(see(id)).not.toBeNull());
  await act(async () => see(id)?.click());
}
async function type(id: string, value: string) {
  await vi.waitFor(() => expect(see(id)).not.toBeNull());
  const field = see(id) as HTMLInputElement;
  await act(async () => {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

beforeEach(async () => {
  sessionStorage.clear();
  server.openLink.mockResolvedValue(link);
  await loadLocale("en");
  root = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.unstubAllGlobals();
});

describe("a party on the way in", () => {
  it("has no lamp on when the way ends", async () => {
    const tracks = [new FakeTrack("audio"), new FakeTrack("video")];
    const stream = { getTracks: () => tracks, getAudioTracks: () => [tracks[0]], getVideoTracks: () => [tracks[1]] };
    vi.stubGlobal("navigator", { userAgent: "", mediaDevices: { getUserMedia: async () => stream } });
    vi.stubGlobal("MediaStream", class {});
    vi.spyOn(HTMLMediaElement.prototype, "srcObject", "set").mockReturnValue(undefined);
    server.requestEntryCode.mockRejectedValue(refusal("identity_locked"));
    await act(async () => render(h(Page, {}), root));
    await press("landing-continue");
    await vi.waitFor(() => expect(root.textContent).toContain("All fine"));
    await press("precheck-continue");
    expect(tracks.map((one) => one.readyState)).toEqual(["live", "live"]);
    await type("identity-last4", "0001");
    await vi.waitFor(() => expect(see("end-identity_locked")).not.toBeNull());
    expect(tracks.map((one) => one.readyState)).toEqual(["ended", "ended"]);
  });

  it("goes on with the camera after a reload when they came with sound only and switched it on since", async () => {
    server.openLink.mockResolvedValue({ ...link, claimed_here: true });
    server.refresh.mockResolvedValue({ token: "t", expires_in: 3600 });
    const me = { participant: { participant_id: "p" }, session: { session_id: "s1" }, notices: [], ready: true };
    server.getMe.mockResolvedValue(me as unknown as Me);
    const checkedAfter = async (devices: string) => {
      sessionStorage.setItem("checked", "sound");
      sessionStorage.setItem("own", devices);
      room.mockClear();
      await act(async () => render(h(Page, {}), root));
      await vi.waitFor(() => expect(room).toHaveBeenCalled());
      render(null, root);
      return room.mock.lastCall?.[0].checked;
    };
    expect(await checkedAfter("mc")).toMatchObject({ camera: true, soundOnly: false });
    expect(await checkedAfter("m")).toMatchObject({ camera: false, soundOnly: true });
  });

  it("may type figures and letters as wide as Chinese characters", async () => {
    const sendCode = vi.fn().mockResolvedValue({ sent_to: "138****0001", expires_in: 300, resend_after: 60 });
    const visit = { secret: "x", sendCode } as unknown as Visit;
    const props = { visit, link, onIdentified: () => undefined, onLocked: () => undefined };
    await act(async () => render(h(Identity, props), root));
    await type("identity-last4", "００１ｘ");
    await vi.waitFor(() => expect(sendCode).toHaveBeenCalledWith("001X"));
    await type("identity-code", "１２３４５６");
    expect((see("identity-code") as HTMLInputElement).value).toBe("123456");
  });

  it("is not told that a number is wrong which was put right meanwhile", async () => {
    let answer = (_error: ApiError): void => undefined;
    const sendCode = vi
      .fn()
      .mockImplementationOnce(
        () =>
          new Promise((_done, failed) => {
            answer = failed;
          }),
      )
      .mockResolvedValueOnce({ sent_to: "138****0001", expires_in: 300, resend_after: 60 });
    const visit = { secret: "x", sendCode } as unknown as Visit;
    const props = { visit, link, onIdentified: () => undefined, onLocked: () => undefined };
    await act(async () => render(h(Identity, props), root));
    await type("identity-last4", "0002");
    await type("identity-last4", "000");
    await type("identity-last4", "0001");
    await vi.waitFor(() => expect(see("identity-sent")?.textContent).toContain("138****0001"));
    await act(async () => answer(refusal("identity_mismatch")));
    expect(see("identity-last4")?.getAttribute("aria-invalid")).toBe("false");
    expect(see("identity-sent")?.textContent).toContain("138****0001");
  });
});
