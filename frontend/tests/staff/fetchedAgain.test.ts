// @vitest-environment happy-dom
import { type ComponentChild, h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AgreementView } from "../../src/api";
import { loadLocale, loadOffice } from "../../src/i18n";
import { fromSnapshot } from "../../src/room/state";
import { RollTab } from "../../src/staff/RollTab";
import { Signing } from "../../src/staff/Signing";
import { type ConsoleTools, ToolsProvider } from "../../src/staff/tools";
import { person, snapshot } from "../room/sample";

const agreement = {
  proposal_id: "p1",
  number: "1",
  state: "signing",
  digest: "00",
  signers: [],
  seal: { organisation: "Centre", sealed_at: null },
  windows: [],
} as unknown as AgreementView;

let root: HTMLElement;

beforeEach(async () => {
  await loadOffice();
  await loadLocale("en");
  root = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.unstubAllGlobals();
});

async function show(view: ComponentChild): Promise<void> {
  const state = fromSnapshot(snapshot({ participants: [person("me", { role: "host", side: "mediator" })] }), 0);
  const attempt = async (work: () => Promise<unknown>) =>
    work().then(
      () => true,
      () => false,
    );
  const tools = { state, detail: { session_id: "s1", people: [] }, attempt } as unknown as ConsoleTools;
  await act(async () => render(h(ToolsProvider, { value: tools }, view), root));
}

it("asks again for the locked text when the network was away", async () => {
  const text = { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: "First clause" }] }] };
  const fetched = vi
    .fn()
    .mockRejectedValueOnce(new TypeError("no network"))
    .mockImplementation(async () => new Response(JSON.stringify({ ...agreement, content: text })));
  vi.stubGlobal("fetch", fetched);
  await show(h(Signing, { agreement, digest: "00" }));
  await vi.waitFor(() => expect(root.textContent).toContain("could not be fetched"));
  await act(async () => root.querySelector<HTMLElement>("[data-testid=text-again]")?.click());
  await vi.waitFor(() => expect(root.textContent).toContain("First clause"));
});

it("asks again for what has to be read out", async () => {
  const read = { item: "discipline", title_zh: "", title_en: "Order in the room", text_zh: "", text_en: "" };
  const fetched = vi
    .fn()
    .mockRejectedValueOnce(new TypeError("no network"))
    .mockImplementation(async () => new Response(JSON.stringify([read])));
  vi.stubGlobal("fetch", fetched);
  await show(h(RollTab, {}));
  await vi.waitFor(() => expect(root.querySelector("[data-testid=roll-again]")).not.toBeNull());
  await act(async () => root.querySelector<HTMLElement>("[data-testid=roll-again]")?.click());
  await vi.waitFor(() => expect(root.textContent).toContain("Order in the room"));
  expect(root.querySelector("[data-testid=roll-again]")).toBeNull();
});
