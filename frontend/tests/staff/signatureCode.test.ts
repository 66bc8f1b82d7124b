// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AgreementView, Signer } from "../../src/api";
import { loadLocale, loadOffice } from "../../src/i18n";
import { fromSnapshot } from "../../src/room/state";
import { MySignature } from "../../src/staff/MySignature";
import { type ConsoleTools, ToolsProvider } from "../../src/staff/tools";
import { snapshot } from "../room/sample";

const server = vi.hoisted(() => ({ request: vi.fn() }));
vi.mock("../../src/api", async (original) => ({ ...(await original<object>()), ...server }));

let root: HTMLElement;
const see = (id: string) => root.querySelector<HTMLButtonElement>(`[data-testid=${id}]`);
const tap = (id: string) => act(async () => see(id)?.click());

beforeEach(async () => {
  await loadOffice();
  await loadLocale("en");
  root = document.body.appendChild(document.createElement("div"));
  const mine = { participant_id: "me", name: "N", agent: null, signed_at: null, mode: null } as unknown as Signer;
  const agreement = { proposal_id: "x", digest: "00", signers: [mine] } as unknown as AgreementView;
  const attempt = (work: () => Promise<unknown>) => work().then(() => true);
  const state = fromSnapshot(snapshot(), 1000);
  const value = { state, attempt } as unknown as ConsoleTools;
  const form = h(MySignature, { agreement, mine });
  await act(async () => render(h(ToolsProvider, { value, children: form }), root));
  if (see("sign-open")) await tap("sign-open");
});
afterEach(() => {
  render(null, root);
  root.remove();
});

it("a mediator who taps twice is sent one code", async () => {
  let answer: (sent: unknown) => void = () => undefined;
  server.request.mockImplementation(() => new Promise((done) => (answer = done)));
  await tap("sign-code-send");
  expect(see("sign-code-send")?.getAttribute("aria-disabled")).toBe("true");
  await tap("sign-code-send");
  expect(server.request).toHaveBeenCalledTimes(1);
  await act(async () => answer({ sent_to: "138****0001", expires_in: 300, resend_after: 60 }));
  await vi.waitFor(() => expect(root.textContent).toContain("138****0001"));
  expect(see("sign-code-send")?.disabled).toBe(true);
});
