import { describe, expect, it } from "vitest";
import type { AgreementView } from "../../src/api";
import type { ListedSession } from "../../src/staff/api";
import { arrivedOf, lacks, tailOf, todosOf, urgency } from "../../src/staff/day";

const NOON = Date.parse("2026-11-29T12:00:00+08:00");
const LIMIT = {
  safe_last_day: "2026-12-08",
  days_left: 9,
  consequence_zh: "可以申请仲裁。",
  consequence_en: "Arbitration.",
  source_zh: "某法第1条",
  source_en: "A law, art. 1",
};

function session(change: Partial<ListedSession> = {}): ListedSession {
  return {
    session_id: "s",
    room_id: "r",
    case_no: "演示〔2026〕调字第0001号",
    title: "拖欠工资",
    state: "scheduled",
    scheduled_at: "2026-11-29T14:00:00+08:00",
    ended_at: null,
    parties: [],
    limit: LIMIT,
    arrivals: [],
    agreement: null,
    on_paper: [],
    ...change,
  };
}

function agreement(signed: (string | null)[], effective_at: string | null = null): AgreementView {
  const signers = signed.map((signed_at, place) => ({
    participant_id: `p${place}`,
    field: `f${place}`,
    label_zh: "",
    label_en: "",
    name: `人${place}`,
    agent: null,
    side: "applicant",
    signed_at,
    mode: signed_at === null ? null : ("drawn" as const),
  }));
  const seal = { organisation: "中心", sealed_at: effective_at };
  const rest = { proposal_id: "p", number: "n", digest: "", short_code: "", frozen_at: "", windows: [] };
  return { ...rest, state: effective_at ? "in_force" : "signing", effective_at, signers, seal };
}

const kinds = (one: ListedSession) => todosOf([one], NOON).map(({ kind }) => kind);

describe("who has come", () => {
  it("is counted by side, the furthest first", () => {
    const arrivals: ListedSession["arrivals"] = [
      { side: "applicant", state: "unopened" },
      { side: "respondent", state: "waiting" },
      { side: "applicant", state: "inside" },
      { side: "applicant", state: "inside" },
    ];
    expect(arrivedOf(session({ arrivals }))).toEqual([
      {
        side: "applicant",
        groups: [
          ["inside", 2],
          ["unopened", 1],
        ],
      },
      { side: "respondent", groups: [["waiting", 1]] },
    ]);
  });
});

describe("what is due", () => {
  it("is nothing while nobody waits and the limit is far", () => {
    expect(kinds(session())).toEqual([]);
  });

  it("is a limit that is near, ends today or is past", () => {
    expect([9, 3, 0, -1].map(urgency)).toEqual(["far", "near", "near", "past"]);
    expect(kinds(session({ limit: { ...LIMIT, days_left: 3 } }))).toEqual(["limit"]);
  });

  it("is the seal once all have signed, and before that their signatures", () => {
    expect(kinds(session({ state: "in_session", agreement: agreement(["a", null]) }))).toEqual(["signatures"]);
    expect(kinds(session({ state: "in_session", agreement: agreement(["a", "b"]) }))).toEqual(["seal"]);
    expect(kinds(session({ state: "in_session", agreement: agreement(["a", "b"], "c") }))).toEqual([]);
  });

  it("begins with those who wait, and names who has not opened the link today", () => {
    const arrivals: ListedSession["arrivals"] = [
      { side: "applicant", state: "unopened" },
      { side: "respondent", state: "waiting" },
    ];
    expect(kinds(session({ arrivals, limit: { ...LIMIT, days_left: -2 } }))).toEqual(["waiting", "limit", "unopened"]);
    const tomorrow = "2026-11-30T09:00:00+08:00";
    expect(kinds(session({ arrivals: arrivals.slice(0, 1), scheduled_at: tomorrow }))).toEqual([]);
  });

  it("is nothing of a session that is over", () => {
    const over = session({ state: "ended", agreement: agreement(["a", null]) });
    expect(kinds(over)).toEqual([]);
    expect(lacks(over)).toBe(false);
  });

  it("is named by the end of the case's number", () => {
    expect(tailOf("演示〔2026〕调字第0001号")).toBe("0001");
  });
});
