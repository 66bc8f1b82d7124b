// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../src/api";
import { loadLocale } from "../../src/i18n";
import type { Me } from "../../src/party/api";
import { Over } from "../../src/party/room/Over";
import type { Visit } from "../../src/party/visit";

const server = vi.hoisted(() => ({ getAgreement: vi.fn() }));
vi.mock("../../src/party/api", async (original) => ({ ...(await original<object>()), ...server }));

const visit = { getToken: async () => "token" } as unknown as Visit;

describe("a session that is over when the page is loaded", () => {
  let root: HTMLElement;
  beforeEach(async () => {
    await loadLocale("en");
    root = document.body.appendChild(document.createElement("div"));
  });
  afterEach(() => {
    render(null, root);
    root.remove();
  });

  async function ended(status: number): Promise<string> {
    const refusal = new ApiError({ status, code: "x", title: "", detail: "", words: null, extra: {} });
    server.getAgreement.mockRejectedValue(refusal);
    await act(async () => render(h(Over, { visit, me: {} as Me, known: undefined }), root));
    await vi.waitFor(() => expect(root.querySelector("[data-testid^=end-]")).not.toBeNull());
    return root.querySelector<HTMLElement>("[data-testid^=end-]")?.dataset.testid ?? "";
  }

  it("ends without a paper only when the server says that there is none", async () => {
    expect(await ended(404)).toBe("end-closed");
  });

  it("is asked about again when no answer came", async () => {
    expect(await ended(0)).toBe("end-network");
    expect(root.querySelector("[data-testid=end-again]")).not.toBeNull();
  });
});
