// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { expect, it, vi } from "vitest";
import type { AgreementView } from "../../src/api";
import { loadLocale, loadOffice } from "../../src/i18n";
import { fromSnapshot } from "../../src/room/state";
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

it("is asked for again when the network was away", async () => {
  await loadOffice();
  await loadLocale("en");
  const text = { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: "First clause" }] }] };
  const fetched = vi
    .fn()
    .mockRejectedValueOnce(new TypeError("no network"))
    .mockImplementation(async () => new Response(JSON.stringify({ ...agreement, content: text })));
  vi.stubGlobal("fetch", fetched);
  const state = fromSnapshot(snapshot({ participants: [person("me", { role: "host", side: "mediator" })] }), 0);
  const attempt = async (work: () => Promise<unknown>) =>
    work().then(
      () => true,
      () => false,
    );
  const tools = { state, detail: { session_id: "s1", people: [] }, attempt } as unknown as ConsoleTools;
  const root = document.body.appendChild(document.createElement("div"));
  await act(async () => render(h(ToolsProvider, { value: tools }, h(Signing, { agreement, digest: "00" })), root));
  await vi.waitFor(() => expect(root.textContent).toContain("could not be fetched"));
  await act(async () => root.querySelector<HTMLElement>("[data-testid=text-again]")?.click());
  await vi.waitFor(() => expect(root.textContent).toContain("First clause"));
  render(null, root);
});
