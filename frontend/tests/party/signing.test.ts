// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type AgreementView, ApiError } from "../../src/api";
import { loadLocale } from "../../src/i18n";
import type { Me } from "../../src/party/api";
import { Signing } from "../../src/party/room/Signing";
import { signingScope } from "../../src/party/unsent";
import type { Visit } from "../../src/party/visit";
import { keep } from "../../src/ui/unsent";

const server = vi.hoisted(() => ({ sign: vi.fn(), getAgreement: vi.fn() }));
vi.mock("../../src/party/api", async (original) => ({ ...(await original<object>()), ...server }));

const me = { participant: { participant_id: "p1" }, session: { session_id: "s1" } } as unknown as Me;
const visit = { getToken: async () => "token" } as unknown as Visit;

function text(signedAt: string | null): AgreementView {
  const signer = { participant_id: "p1", field: "a", name: "N", agent: null, signed_at: signedAt, mode: null };
  return { proposal_id: "x", number: "1", digest: "00", signers: [signer] } as unknown as AgreementView;
}

let root: HTMLElement;
const see = (id: string) => root.querySelector<HTMLElement>(`[data-testid=${id}]`);
async function show(agreement: AgreementView) {
  const nothing = () => undefined;
  const props = { strip: null, news: null, questions: null, onRead: nothing, onDone: nothing, onSteps: nothing };
  await act(async () => render(h(Signing, { visit, me, agreement, ...props }), root));
}

beforeEach(async () => {
  await loadLocale("en");
  root = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, root);
  root.remove();
});

describe("a signature whose answer was lost", () => {
  beforeEach(async () => {
    server.getAgreement.mockResolvedValue(text(null));
    server.sign.mockRejectedValue(
      new ApiError({ status: 0, code: "network", title: "", detail: "", words: null, extra: {} }),
    );
    const name = { mode: "typed" as const, strokes: [], typed: "N" };
    keep(signingScope(me, text(null)), { intent: true, name, open: true });
    await show(text(null));
    const code = see("sign-code") as HTMLInputElement;
    await act(async () => {
      code.value = "123456";
      code.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await act(async () => see("sign-submit")?.click());
    await vi.waitFor(() => expect(see("sign-error")).not.toBeNull());
  });

  it("is not called missing", () => {
    expect(see("sign-error")?.textContent).toContain("we do not know yet");
  });

  it("is received as soon as the room says so", async () => {
    await show(text("2026-11-30T01:00:00Z"));
    expect(see("sign-receipt")?.textContent).toContain("You have signed");
    expect(sessionStorage.getItem("unsent/signing")).toBeNull();
  });
});
