import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Me, Notice } from "../../src/party/api";
import { begun, forget, forgetAll, keep, noticeScope, signingScope } from "../../src/party/unsent";

const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  vi.stubGlobal("sessionStorage", {
    get length() {
      return kept.size;
    },
    key: (index: number) => [...kept.keys()][index] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal("localStorage", {
    setItem: () => {
      throw new Error("it would outlive the tab");
    },
  });
});

const who = (person: string, session = "ses_1") =>
  ({ participant: { participant_id: person }, session: { session_id: session } }) as Me;
const notice = (id: string, version = "1", body_markdown = "录音录像") => ({ id, version, body_markdown }) as Notice;
const text = (digest: string, proposal_id = "pro_1") => ({ digest, proposal_id });

describe("what was begun and not sent", () => {
  it("is there again for the same person and the same words, each notice for itself", () => {
    keep(noticeScope(who("worker"), notice("recording")), { record: false });
    keep(noticeScope(who("worker"), notice("data")), { share: true });
    expect(begun(noticeScope(who("worker"), notice("recording")))).toEqual({ record: false });
    expect(begun(noticeScope(who("worker"), notice("data", "2")))).toBeNull();
    expect(begun(noticeScope(who("worker"), notice("recording")))).toEqual({ record: false });
  });

  it("is gone for good once the text, the person or the session is another", () => {
    const mine = signingScope(who("worker"), text("7f3a"));
    for (const other of [
      signingScope(who("worker"), text("91c2")),
      signingScope(who("worker"), text("7f3a", "pro_2")),
      signingScope(who("company"), text("7f3a")),
      signingScope(who("worker", "ses_2"), text("7f3a")),
    ]) {
      keep(mine, { strokes: [1, 2, 3] });
      expect(begun(other)).toBeNull();
      expect(kept.size).toBe(0);
    }
    keep(noticeScope(who("worker"), notice("recording")), { record: true });
    expect(begun(noticeScope(who("worker"), notice("recording", "1", "录音录像和转写")))).toBeNull();
    expect(kept.size).toBe(0);
  });

  it("is gone when it was sent, and all of it when it is not known who holds the phone", () => {
    const [answers, ink] = [noticeScope(who("worker"), notice("data")), signingScope(who("worker"), text("7f3a"))];
    keep(answers, 1);
    keep(ink, 2);
    forget(answers.name);
    expect([begun(answers), begun(ink)]).toEqual([null, 2]);
    keep(answers, 3);
    kept.set("checked", "picture");
    forgetAll();
    expect([...kept.keys()]).toEqual(["checked"]);
  });

  it("is nothing where something else stands in its place, or nothing may be kept", () => {
    const ink = signingScope(who("worker"), text("7f3a"));
    for (const other of ["no JSON", "7", "null"]) {
      kept.set("unsent/signing", other);
      expect(begun(ink)).toBeNull();
    }
    vi.stubGlobal("sessionStorage", undefined);
    keep(ink, 1);
    forgetAll();
    expect(begun(ink)).toBeNull();
  });
});
