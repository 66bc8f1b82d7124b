import { describe, expect, it } from "vitest";
import { apply, fromSnapshot, isPresent, mayWrite, publicationOf, type RoomEvent } from "../../src/room/state";
import { person, publication, snapshot } from "./sample";

const start = () => fromSnapshot(snapshot(), 990);

function following(...events: RoomEvent[]) {
  return events.reduce((state, event, index) => apply(state, event, 11 + index, 990), start());
}

describe("the state of a room", () => {
  it("keeps the difference between the server's clock and this device's", () => {
    expect(start().clockOffset).toBe(10);
  });

  it("equals a fresh snapshot after the events that led there", () => {
    const late = person("late", { side: "respondent" });
    const live = following(
      { type: "participant_changed", data: { participant: late } },
      {
        type: "publication_changed",
        data: { publication: publication("pub_2", "late", { kind: "video", source: "camera" }) },
      },
      { type: "publication_closed", data: { publication_id: "pub_1" } },
      { type: "board_changed", data: { topic: "agreement", value: { state: "signing" } } },
      {
        type: "document_changed",
        data: { document: { document_id: "agreement", frozen: true, writers: [], digest: "ab" } },
      },
    );
    const fresh = fromSnapshot(
      snapshot({
        seq: 15,
        participants: [person("me"), person("host", { role: "host", side: "mediator" }), late],
        publications: [publication("pub_2", "late", { kind: "video", source: "camera" })],
        board: { agreement: { state: "signing" } },
        documents: [{ document_id: "agreement", frozen: true, writers: [], digest: "ab" }],
      }),
      990,
    );
    // Who has just come is known only to whoever was there.
    expect(live).toEqual({ ...fresh, arrivals: new Map([["late", 990]]) });
  });

  it("takes an event that it already has for nothing new", () => {
    const state = start();
    const again: RoomEvent = { type: "participant_left", data: { participant_id: "host", reason: "left" } };
    expect(apply(state, again, 10, 990)).toBe(state);
  });

  it("lets go of somebody's tracks and voice with the person", () => {
    const speaking = apply(start(), { type: "active_speakers", data: { participant_ids: ["host"] } }, 11, 990);
    const gone = apply(
      speaking,
      { type: "participant_left", data: { participant_id: "host", reason: "left" } },
      11,
      990,
    );
    expect([...gone.publications.keys()]).toEqual([]);
    expect(gone.speakers).toEqual([]);
  });

  it("hears who speaks without counting it as a logged event", () => {
    const state = apply(start(), { type: "active_speakers", data: { participant_ids: ["host"] } }, 10, 990);
    expect(state.speakers).toEqual(["host"]);
    expect(state.seq).toBe(10);
  });

  it("has no track left when the media worker was lost: each was closed before", () => {
    const state = following(
      { type: "publication_closed", data: { publication_id: "pub_1" } },
      { type: "media_reset", data: { epoch: 2, router_capabilities: {} } },
    );
    expect(state.publications.size).toBe(0);
    expect(state.mediaEpoch).toBe(2);
  });

  it("keeps the tracks of others when only this person was moved", () => {
    const state = following({ type: "media_reset", data: { epoch: 2, router_capabilities: {} } });
    expect([...state.publications.keys()]).toEqual(["pub_1"]);
  });

  it("is replaced as a whole by a snapshot, even one with a smaller sequence", () => {
    const state = following({ type: "board_changed", data: { topic: "agreement", value: { state: "signing" } } });
    const moved = snapshot({ seq: 3, participants: [person("me", { presence: "waiting" })] });
    const next = apply(state, { type: "snapshot", data: { snapshot: moved } }, 3, 990);
    expect(next.seq).toBe(3);
    expect(next.board).toEqual({});
    expect(isPresent(next)).toBe(false);
  });

  it("removes a topic of the board whose value is null", () => {
    const state = following(
      { type: "board_changed", data: { topic: "agreement", value: { state: "signing" } } },
      { type: "board_changed", data: { topic: "agreement", value: null } },
    );
    expect(state.board).toEqual({});
  });

  it("stays as it is at an event of a newer server, but for the sequence", () => {
    const unknown = { type: "weather_changed", data: {} } as unknown as RoomEvent;
    const next = apply(start(), unknown, 11, 990);
    expect(next).toEqual({ ...start(), seq: 11 });
    expect(apply(start(), unknown, null, 990)).toEqual(start());
  });

  it("remembers why a private talk did not begin until the next one is announced", () => {
    const announced = (id: string) => ({
      caucus_id: id,
      side: "applicant",
      state: "announced" as const,
      with_host: true,
      changes_at: 1003,
      opened_at: null,
      closed_at: null,
      sealed: false,
    });
    const off = following(
      { type: "caucus_changed", data: { caucus: announced("c1") } },
      { type: "caucus_cancelled", data: { caucus_id: "c1", reason: "elsewhere" } },
    );
    expect(off.caucuses.size).toBe(0);
    expect(off.calledOff).toEqual({ side: "applicant", reason: "elsewhere", at: 990 });
    const next = apply(off, { type: "caucus_changed", data: { caucus: announced("c2") } }, 13, 990);
    expect(next.calledOff).toBeNull();
  });

  it("finds the picture of a shared screen, not its sound", () => {
    const sound = publication("s1", "host", { source: "screen" });
    const picture = publication("s2", "host", { source: "screen", kind: "video" });
    const state = fromSnapshot(snapshot({ publications: [sound, picture] }), 990);
    expect(publicationOf(state, "host", "screen", "video")?.publication_id).toBe("s2");
  });

  it("lets only the named writers write, and nobody once the text is frozen", () => {
    const writer = { document_id: "agreement", frozen: false, writers: ["me"], digest: null };
    expect(mayWrite(start(), "agreement")).toBe(false);
    const open = following({ type: "document_changed", data: { document: writer } });
    expect(mayWrite(open, "agreement")).toBe(true);
    const frozen = following({
      type: "document_changed",
      data: { document: { ...writer, frozen: true, digest: "ab" } },
    });
    expect(mayWrite(frozen, "agreement")).toBe(false);
  });

  it("finds somebody's track by its source", () => {
    expect(publicationOf(start(), "host", "microphone")?.publication_id).toBe("pub_1");
    expect(publicationOf(start(), "host", "camera")).toBeNull();
  });
});
