// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import type { AgreementView } from "../../src/api";
import { loadLocale } from "../../src/i18n";
import type { Me } from "../../src/party/api";
import { Done } from "../../src/party/room/Done";
import type { Visit } from "../../src/party/visit";

afterEach(() => vi.useRealTimers());

it("says on the last day that something can still be applied for today", async () => {
  vi.useFakeTimers({ now: new Date("2026-12-15T02:00:00Z"), toFake: ["Date"] });
  await loadLocale("en");
  const root = document.body.appendChild(document.createElement("div"));
  const days = ["2026-12-14", "2026-12-15", "2026-12-16"];
  const windows = days.map((day) => ({ id: day, label_zh: "", label_en: day, safe_last_day: day }));
  const agreement = { state: "in_force", number: "1", digest: "00", signers: [], seal: {}, windows };
  const me = { participant: { participant_id: "p1" } } as unknown as Me;
  const props = { visit: {} as Visit, me, agreement: agreement as unknown as AgreementView };
  await act(async () => render(h(Done, props), root));
  const rows = [...root.querySelectorAll(".windows__day .meta")].map((one) => one.textContent);
  expect(rows).toEqual(["", "Today is the last day", "Days left: 1"]);
  render(null, root);
});
