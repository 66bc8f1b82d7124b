// @vitest-environment happy-dom
// @vitest-environment-options { "url": "http://room.test/j/secret" }
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AgreementView } from "../../src/api";
import { loadLocale } from "../../src/i18n";
import { Paper } from "../../src/party/room/Paper";
import type { Visit } from "../../src/party/visit";

const WECHAT = "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/86.0 Mobile Safari/537.36 MicroMessenger/8.0";
const PATH = "/api/agreements/x/papers/ticket/agreement.pdf";
const server = vi.hoisted(() => ({ getPaperAddress: vi.fn() }));
vi.mock("../../src/party/api", async (original) => ({ ...(await original<object>()), ...server }));

const visit = { getToken: async () => "token" } as unknown as Visit;
const agreement = { proposal_id: "x", number: "7", state: "in_force" } as unknown as AgreementView;

let root: HTMLElement;
let followed: HTMLAnchorElement[];
const show = () => act(async () => render(h(Paper, { visit, agreement }), root));
const see = (id: string) => root.querySelector<HTMLElement>(`[data-testid=${id}]`);
const follow = (event: Event) => {
  if (!(event.target instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  followed.push(event.target);
};
const press = async () => {
  await act(async () => see("done-pdf")?.click());
  await vi.waitFor(() => expect(see("paper-open")).not.toBeNull());
};

beforeEach(async () => {
  await loadLocale("en");
  server.getPaperAddress.mockReset().mockResolvedValue({ path: PATH, expires_in: 600 });
  followed = [];
  document.addEventListener("click", follow);
  root = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, root);
  root.remove();
  document.removeEventListener("click", follow);
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("the paper to keep", () => {
  beforeEach(show);

  it("is saved from its address, which can be opened as well if that did nothing", async () => {
    await press();
    expect(followed.map((link) => [new URL(link.href).pathname, link.download])).toEqual([[PATH, "7.pdf"]]);
    expect(see("paper-open")?.getAttribute("href")).toContain(PATH);
    expect(see("done-pdf")).not.toBeNull();
  });

  it("is offered anew once its address is about to end", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await press();
    await act(async () => void vi.advanceTimersByTime(571_000));
    expect(see("paper-open")).toBeNull();
  });

  it("is asked for once while it is on its way", async () => {
    server.getPaperAddress.mockReturnValue(new Promise(() => undefined));
    for (let taps = 0; taps < 2; taps++) await act(async () => see("done-pdf")?.click());
    expect(server.getPaperAddress).toHaveBeenCalledTimes(1);
  });
});

describe("the paper inside WeChat", () => {
  beforeEach(async () => {
    vi.spyOn(navigator, "userAgent", "get").mockReturnValue(WECHAT);
    await show();
  });

  it("is opened or carried to the phone's browser by its address, and not saved by the page", async () => {
    await press();
    expect(followed).toEqual([]);
    expect(see("paper-in-app")?.textContent).toContain("Open in browser");
    expect(see("paper-open")?.getAttribute("href")).toContain(PATH);
    expect(document.activeElement).toBe(see("paper-open"));
  });

  it("names what an iPhone calls it", async () => {
    vi.spyOn(navigator, "userAgent", "get").mockReturnValue("Mozilla/5.0 (iPhone) Mobile/15E148 MicroMessenger/8.0.49");
    await press();
    expect(see("paper-in-app")?.textContent).toContain("Open in Default Browser");
  });

  it("can be copied as an address that is whole", async () => {
    const writeText = vi.fn(async () => undefined);
    vi.spyOn(navigator, "clipboard", "get").mockReturnValue({ writeText } as unknown as Clipboard);
    await press();
    await act(async () => see("paper-copy")?.click());
    expect(writeText).toHaveBeenCalledWith(new URL(PATH, location.href).href);
    await vi.waitFor(() => expect(root.textContent).toContain("Copied"));
  });
});
