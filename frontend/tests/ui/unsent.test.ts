import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Snapshot } from "../../src/generated/messages";
import type { Me, Notice } from "../../src/party/api";
import { companyScope, noticeScope, personOf, signingScope, visitorOf } from "../../src/party/unsent";
import { fromSnapshot } from "../../src/room/state";
import { begun, belongsTo, forget, forgetAll, forgetSession, keep, own, ownHere } from "../../src/ui/unsent";
import { caucus, person, snapshot } from "../room/sample";
import { stubTab } from "./tab";

let kept: Map<string, string>;
beforeEach(() => {
  kept = stubTab();
  forgetAll();
});

/** The page is loaded anew: only what the tab has kept is there. */
async function reloaded() {
  vi.resetModules();
  return import("../../src/ui/unsent");
}

const room = (change: Partial<Snapshot> = {}) => fromSnapshot(snapshot(change), 1000);
const apart = () => room({ caucuses: [caucus()], participants: [person("me", { caucus_id: "c1" })] });
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
      forgetAll();
      kept.set("unsent/signing", other);
      expect(begun(ink)).toBeNull();
    }
    vi.stubGlobal("sessionStorage", undefined);
    forgetAll();
    expect(begun(ink)).toBeNull();
    keep(ink, 1);
    expect(begun(ink), "it lasts as long as the page").toBe(1);
  });

  it("is there after a reload, each of it in its place", async () => {
    keep(ownHere(room(), "chat"), "to everybody");
    keep(ownHere(apart(), "chat"), "between us");
    keep(own(apart(), "view"), "panel-chat");
    const page = await reloaded();
    expect(page.begun(page.ownHere(room(), "chat"))).toBe("to everybody");
    expect(page.begun(page.ownHere(apart(), "chat"))).toBe("between us");
    expect(page.begun(page.own(room(), "view"))).toBe("panel-chat");
    expect(page.begun(page.ownHere(room({ me: "clerk" }), "chat"))).toBeNull();
  });

  it("is another person's never, and gone as soon as the tab is theirs", async () => {
    belongsTo(personOf(who("worker")));
    keep(ownHere(apart(), "chat"), "between us");
    belongsTo(personOf(who("worker")));
    expect(kept.size).toBe(2);
    const page = await reloaded();
    page.belongsTo(personOf(who("worker")));
    expect(page.begun(page.ownHere(apart(), "chat"))).toBe("between us");
    page.belongsTo("staff/mediator/周和");
    expect(JSON.stringify([...kept])).not.toContain("between us");
    page.belongsTo(personOf(who("worker")));
    expect(page.begun(page.ownHere(apart(), "chat"))).toBeNull();
  });

  it("is known of whoever came through a link before it is known who that is, and of nobody afterwards", () => {
    belongsTo(visitorOf("a-link"));
    keep(companyScope("a-link"), { alone: false, who: "我的姐姐" });
    belongsTo(visitorOf("a-link"));
    expect(begun(companyScope("a-link"))?.who).toBe("我的姐姐");
    expect(begun(companyScope("another"))).toBeNull();
    keep(companyScope("a-link"), { alone: false, who: "我的姐姐" });
    belongsTo(personOf(who("worker")));
    expect(JSON.stringify([...kept])).not.toContain("我的姐姐");
  });

  it("is gone when its session is over, and that of another session is not", () => {
    keep(ownHere(room(), "chat"), "to everybody but you");
    keep(ownHere(apart(), "chat"), "between us");
    keep(ownHere(room({ room_id: "room_2" }), "chat"), "to everybody");
    forgetSession(room().roomId);
    expect(JSON.stringify([...kept])).not.toMatch(/but you|between us/);
    expect(begun(ownHere(room({ room_id: "room_2" }), "chat"))).toBe("to everybody");
  });
});
