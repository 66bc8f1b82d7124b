import { beforeEach, describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/generated/messages";
import { fromSnapshot } from "../../src/room/state";
import { draftOf, drafts, forgetEmpty, nameOf, setDraft, targetOf } from "../../src/talk/drafts";
import { caucus, person, snapshot } from "../room/sample";

const room = (change: Partial<Snapshot> = {}) => fromSnapshot(snapshot(change), 1000);
const everybody = { to: "here", word: "everybody here" };
const worker = { to: "worker", word: "Li only" };

const apart = () => room({ caucuses: [caucus()], participants: [person("me", { caucus_id: "c1" })] });

describe("a line that is not sent yet", () => {
  beforeEach(() => {
    drafts.value = {};
  });

  it("is for everybody here unless somebody was chosen", () => {
    expect(targetOf([everybody, worker], draftOf(nameOf(room())))).toEqual(everybody);
  });

  it("stays for whom it was begun when that person is gone: it is never everybody's instead", () => {
    setDraft(nameOf(room()), { target: worker, text: "between us" });
    expect(targetOf([everybody], draftOf(nameOf(room())))).toEqual(worker);
  });

  it("stays for whom it was begun when the panel is closed and opened again", () => {
    setDraft(nameOf(room()), { target: worker, text: "between us" });
    forgetEmpty(nameOf(room()));
    expect(targetOf([everybody, worker], draftOf(nameOf(room())))).toEqual(worker);
  });

  it("begins anew for everybody when the panel is opened again with nothing typed", () => {
    setDraft(nameOf(room()), { target: worker });
    setDraft(nameOf(room()), { text: " " });
    forgetEmpty(nameOf(room()));
    expect(targetOf([everybody, worker], draftOf(nameOf(room())))).toEqual(everybody);
  });

  it("says the newest name of whom it is for", () => {
    setDraft(nameOf(room()), { target: worker });
    const away = { to: "worker", word: "Li only (not here)" };
    expect(targetOf([everybody, away], draftOf(nameOf(room())))).toEqual(away);
  });

  it("is of the person, the place and the session where it was begun, and of no other", () => {
    setDraft(nameOf(room()), { target: worker, text: "between us" });
    for (const elsewhere of [apart(), room({ room_id: "room_2" }), room({ me: "clerk" })]) {
      expect(draftOf(nameOf(elsewhere)).text).toBe("");
      expect(targetOf([everybody, worker], draftOf(nameOf(elsewhere)))).toEqual(everybody);
    }
  });
});
