import { beforeEach, describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/generated/messages";
import { fromSnapshot } from "../../src/room/state";
import { chatScope, draftOf, forgetEmpty, putAway, setDraft, targetOf } from "../../src/talk/drafts";
import { forgetAll, forgetOver } from "../../src/ui/unsent";
import { caucus, person, snapshot } from "../room/sample";
import { stubTab } from "../ui/tab";

const room = (change: Partial<Snapshot> = {}) => fromSnapshot(snapshot(change), 1000);
const everybody = { to: "here", word: "everybody here" };
const worker = { to: "worker", word: "Li only" };

const apart = () => room({ caucuses: [caucus()], participants: [person("me", { caucus_id: "c1" })] });

let tab: Map<string, string>;

describe("a line that is not sent yet", () => {
  beforeEach(() => {
    tab = stubTab();
    forgetAll();
  });

  it("is for everybody here unless somebody was chosen", () => {
    expect(targetOf([everybody, worker], draftOf(chatScope(room())))).toEqual(everybody);
  });

  it("is put away when it has come after all, unless it has become another since", () => {
    const scope = chatScope(room());
    const lost = { to: "here", text: "不" };
    setDraft(scope, { text: "不同意这个数" });
    expect(putAway(scope, lost, "here")).toBe(false);
    expect(draftOf(scope).text, "its beginning is not cut off").toBe("不同意这个数");
    setDraft(scope, { text: "不", target: worker });
    expect(putAway(scope, lost, "worker"), "the same word for somebody else").toBe(false);
    expect(putAway(scope, lost, "here")).toBe(true);
    expect(draftOf(scope).text).toBe("");
  });

  it("stays for whom it was begun when that person is gone: it is never everybody's instead", () => {
    setDraft(chatScope(room()), { target: worker, text: "between us" });
    expect(targetOf([everybody], draftOf(chatScope(room())))).toEqual(worker);
  });

  it("stays for whom it was begun when the panel is closed and opened again", () => {
    setDraft(chatScope(room()), { target: worker, text: "between us" });
    forgetEmpty(chatScope(room()));
    expect(targetOf([everybody, worker], draftOf(chatScope(room())))).toEqual(worker);
  });

  it("begins anew for everybody when the panel is opened again with nothing typed", () => {
    setDraft(chatScope(room()), { target: worker });
    setDraft(chatScope(room()), { text: " " });
    forgetEmpty(chatScope(room()));
    expect(targetOf([everybody, worker], draftOf(chatScope(room())))).toEqual(everybody);
  });

  it("says the newest name of whom it is for", () => {
    setDraft(chatScope(room()), { target: worker });
    const away = { to: "worker", word: "Li only (not here)" };
    expect(targetOf([everybody, away], draftOf(chatScope(room())))).toEqual(away);
  });

  it("is of the person, the place and the session where it was begun, and of no other", () => {
    setDraft(chatScope(room()), { target: worker, text: "between us" });
    for (const elsewhere of [apart(), room({ room_id: "room_2" }), room({ me: "clerk" })]) {
      expect(draftOf(chatScope(elsewhere)).text).toBe("");
      expect(targetOf([everybody, worker], draftOf(chatScope(elsewhere)))).toEqual(everybody);
    }
  });

  it("is in its own place when its person is back there, with whom it is for, and nowhere once that place is over", () => {
    setDraft(chatScope(room()), { target: worker, text: "to all but you" });
    setDraft(chatScope(apart()), { target: everybody, text: "would go down to half" });
    expect(draftOf(chatScope(room()))).toEqual({ target: worker, text: "to all but you" });
    expect(draftOf(chatScope(apart()))).toEqual({ target: everybody, text: "would go down to half" });
    forgetOver(apart());
    expect(draftOf(chatScope(apart())).text).toBe("would go down to half");
    forgetOver(room({ caucuses: [caucus({ state: "closed" })] }));
    expect(JSON.stringify([...tab.values()])).not.toContain("half");
    expect(draftOf(chatScope(apart())).text).toBe("");
    expect(draftOf(chatScope(room())).text).toBe("to all but you");
  });
});
