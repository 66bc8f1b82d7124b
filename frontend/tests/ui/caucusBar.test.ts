// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { loadLocale } from "../../src/i18n";
import { fromSnapshot } from "../../src/room/state";
import { CaucusBar } from "../../src/ui/CaucusBar";
import { caucus, person, snapshot } from "../room/sample";

const NOW = 1_800_000_000;
let root: HTMLElement;

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW * 1000 });
  await loadLocale("en");
  root = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.useRealTimers();
});

it.each([
  ["applicant", "party", true, "In 5 s you will talk with the mediator in private"],
  ["applicant", "party", false, "In 5 s your side will talk alone, without the mediator"],
  ["respondent", "party", true, "Private talk of the mediator with the Applicant in 5 s"],
  ["mediator", "host", false, "The Applicant will talk alone in 5 s"],
] as const)("tells the %s (%s) whom an announced talk is for", async (side, role, with_host, words) => {
  const coming = caucus({ state: "announced", opened_at: null, changes_at: NOW + 5, with_host });
  const others = [person("p", { side: side === "applicant" ? "respondent" : "applicant" })];
  const room = snapshot({
    participants: [person("me", { side, role }), ...others],
    caucuses: [coming],
    server_time: NOW,
  });
  await act(async () => render(h(CaucusBar, { state: fromSnapshot(room, NOW), except: null }), root));
  expect(root.querySelector("b")?.textContent).toBe(words);
});
