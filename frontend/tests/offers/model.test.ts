import { describe, expect, it } from "vitest";
import {
  asks,
  awaitingAnswer,
  cents,
  currentOf,
  evenly,
  gapOf,
  hasTerm,
  monthLater,
  type Offer,
  plainAmount,
  stateNow,
} from "../../src/offers/model";
import { markAnswersSeen, newsOf } from "../../src/offers/news";
import { fromSnapshot, type RoomState } from "../../src/room/state";
import { snapshot } from "../room/sample";

function offer(id: string, side: string, changes: Partial<Offer> = {}): Offer {
  return {
    offer_id: id,
    side,
    owner_id: side,
    payer: "respondent",
    amount: "18000.00",
    capitals: "",
    instalments: [],
    conditions: "",
    expires_at: 2000,
    told_at: 1000,
    in_answer_to: null,
    state: "open",
    answers: [],
    text: null,
    ...changes,
  };
}

function room(...offers: Offer[]): RoomState {
  const board = Object.fromEntries(offers.map((one) => [`offer/${one.offer_id}`, one]));
  return { ...fromSnapshot(snapshot(), 990), board };
}

describe("offers on the board", () => {
  it("expire by the clock, but what was accepted stays so", () => {
    expect(stateNow(offer("a", "applicant"), 1999)).toBe("open");
    expect(stateNow(offer("a", "applicant"), 2000)).toBe("expired");
    expect(stateNow(offer("a", "applicant", { state: "accepted" }), 3000)).toBe("accepted");
  });

  it("have a term until they are answered, replaced or taken back", () => {
    const states = ["open", "private", "expired", "accepted", "declined", "replaced", "withdrawn"] as const;
    const standing = states.filter((state) => hasTerm(offer("a", "applicant", { state })));
    expect(standing).toEqual(["open", "private", "expired"]);
  });

  it("compare what each side offers now, not what only a private talk knows or what was taken back", () => {
    const state = room(
      offer("old", "applicant", { amount: "20000.00", state: "replaced" }),
      offer("new", "applicant", { told_at: 1100 }),
      offer("secret", "applicant", { told_at: 1200, state: "private", amount: "1.00" }),
      offer("back", "respondent", { told_at: 900, state: "withdrawn" }),
      offer("other", "respondent", { amount: "15000.50" }),
    );
    expect(currentOf(state, "applicant")?.offer_id).toBe("new");
    expect(gapOf(state, 1500)).toBe("2999.50");
    expect(gapOf(state, 2500)).toBeNull();
  });

  it("compare what was told last, even when it was made first; what was declined before does not come back", () => {
    const state = room(
      offer("declined", "applicant", { told_at: 1100, state: "declined" }),
      offer("told", "applicant", { told_at: 1200, amount: "25000.00" }),
      offer("first", "respondent", { told_at: 1000, state: "declined" }),
      offer("back", "respondent", { told_at: 1300, state: "withdrawn" }),
    );
    expect(currentOf(state, "applicant")?.offer_id).toBe("told");
    expect(currentOf(state, "respondent")).toBeNull();
  });

  it("ask the other side once, and both sides when the mediator proposes", () => {
    const answered = [{ side: "respondent", verdict: "accept" as const }];
    const proposal = offer("m", "mediator", { answers: answered });
    expect(asks(offer("a", "applicant"), "respondent", 1500)).toBe(true);
    expect(asks(offer("a", "applicant"), "applicant", 1500)).toBe(false);
    expect(asks(proposal, "respondent", 1500)).toBe(false);
    expect(asks(proposal, "applicant", 1500)).toBe(true);
    expect(awaitingAnswer(room(proposal, offer("a", "applicant")), "respondent", 1500)).toBe(1);
  });
});

describe("instalments", () => {
  it("divide a sum to the cent", () => {
    expect(evenly("100", 3)).toEqual(["33.34", "33.33", "33.33"]);
    expect(evenly("0.01", 2)).toEqual(["0.01", "0.00"]);
    expect(evenly("much", 2)).toEqual(["", ""]);
  });

  it("fall on the same day of the next month or on its last", () => {
    expect(monthLater("2026-11-28")).toBe("2026-12-28");
    expect(monthLater("2026-12-31")).toBe("2027-01-31");
    expect(monthLater("2027-01-31")).toBe("2027-02-28");
  });
});

describe("an amount", () => {
  it("is read as people type and paste it", () => {
    for (const typed of ["18,000.50", "１８０００．５", " 18 000.5 ", "18，000。50"])
      expect(cents(typed)).toBe(1_800_050);
    for (const typed of ["", "一万", "1.005", "-1", "1e5", "1..5"]) expect(cents(typed)).toBeNaN();
    expect(plainAmount("１８，０００．５")).toBe("18000.5");
  });
});

describe("news of offers on a party's stage", () => {
  const asked = offer("theirs", "applicant");

  it("ask for an answer until there is one or it is too late", () => {
    expect(newsOf(room(asked), "respondent", 1500)).toMatchObject({ what: "asked", side: "applicant" });
    expect(newsOf(room(asked), "applicant", 1500)).toBeNull();
    expect(newsOf(room(asked), "respondent", 2000)).toBeNull();
    const proposal = offer("mediators", "mediator", { answers: [{ side: "respondent", verdict: "accept" }] });
    expect(newsOf(room(proposal), "respondent", 1500)).toBeNull();
    expect(newsOf(room(proposal), "applicant", 1500)).toMatchObject({ what: "asked", side: "mediator" });
  });

  it("tell an answer until it was on the screen, and a counter-offer as what is asked", () => {
    const state = room(
      offer("mine", "respondent", { state: "accepted", answers: [{ side: "applicant", verdict: "accept" }] }),
    );
    expect(newsOf(state, "respondent", 1500)).toMatchObject({ what: "accept", side: "applicant" });
    expect(newsOf(state, "applicant", 1500)).toBeNull();
    markAnswersSeen(state);
    expect(newsOf(state, "respondent", 1500)).toBeNull();
    const countered = offer("old", "respondent", {
      state: "declined",
      answers: [{ side: "applicant", verdict: "counter" }],
    });
    expect(newsOf(room(countered), "respondent", 1500)).toBeNull();
    expect(newsOf(room(countered, asked), "respondent", 1500)).toMatchObject({ what: "asked" });
  });
});
