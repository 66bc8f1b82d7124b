/** Where a mediation stands, derived from what the room knows. Pure. */
import type { AgreementView } from "../api";
import { exhibitsOf, presentationOf, unsettled } from "../exhibits/model";
import { offersOf } from "../offers/model";
import { runs } from "../room/caucus";
import type { RoomState } from "../room/state";

export const DOCUMENT = "agreement";

/** `frozen`: the text is locked and nobody has signed yet. */
export type Phase = "waiting" | "joint" | "drafting" | "frozen" | "signing" | "in_force" | "ended";

/** The eight stages of a mediation in their order. */
export const STAGES = [
  "identity",
  "statements",
  "evidence",
  "caucus",
  "offers",
  "drafting",
  "readout",
  "signing",
] as const;
export type Stage = (typeof STAGES)[number];

const CURRENT: Record<Phase, Stage | null> = {
  waiting: "identity",
  joint: "statements",
  drafting: "drafting",
  frozen: "readout",
  signing: "signing",
  in_force: null,
  ended: null,
};

/** Only what is known to have happened is ticked: nobody said that there were statements, or that all was read out. */
const DONE: Record<Phase, readonly Stage[]> = {
  waiting: [],
  joint: ["identity"],
  drafting: ["identity"],
  frozen: ["identity", "drafting"],
  signing: ["identity", "drafting"],
  in_force: ["identity", "drafting", "signing"],
  ended: [],
};

/** How a mediation ends: the eight reasons of ODM 25, the commonest first. */
export const ENDINGS = [
  "TOO_FAR_APART",
  "PARTY_UNWILLING",
  "REFUSED_TO_SIGN",
  "AGREEMENT",
  "SETTLED_AND_WITHDREW",
  "UNREACHABLE",
  "TERM_EXPIRED",
  "OTHER",
] as const;

export function agreementOf(state: RoomState): AgreementView | null {
  const value = state.board.agreement as AgreementView | undefined;
  return value && value.state !== "void" ? value : null;
}

export function phaseOf(state: RoomState, ended: boolean): Phase {
  const agreement = agreementOf(state);
  if (agreement?.state === "in_force") return "in_force";
  if (ended) return "ended";
  if (agreement) return agreement.signers.some((signer) => signer.signed_at) ? "signing" : "frozen";
  const document = state.documents.get(DOCUMENT);
  if (document?.frozen) return "frozen";
  const others = [...state.participants.values()].filter((one) => one.role !== "host");
  if (!others.some((one) => one.presence !== "waiting")) return "waiting";
  const partyWrites = document?.writers.some((writer) => others.some((one) => one.participant_id === writer));
  return partyWrites ? "drafting" : "joint";
}

/** What goes on now: a private talk, whatever else; before anything is drafted an exhibit that is shown, or offers. */
export function stageOf(phase: Phase, state: RoomState): Stage | null {
  const now = CURRENT[phase];
  if (now === null || phase === "waiting") return now;
  if ([...state.caucuses.values()].some(runs)) return "caucus";
  if (phase !== "joint") return now;
  if (presentationOf(state) !== null) return "evidence";
  return offersOf(state).some((one) => one.state === "open" || one.state === "accepted") ? "offers" : now;
}

export function isDone(phase: Phase, stage: Stage, state: RoomState): boolean {
  if (stage === stageOf(phase, state)) return false;
  return DONE[phase].includes(stage) || (HAPPENED[stage]?.(state) ?? false);
}

/** What the room itself knows to have happened. */
const HAPPENED: Partial<Record<Stage, (state: RoomState) => boolean>> = {
  evidence: (state) => exhibitsOf(state).some((one) => !one.private && !one.withdrawn) && unsettled(state) === 0,
  caucus: (state) => [...state.caucuses.values()].some((one) => one.opened_at !== null && !runs(one)),
  offers: (state) => offersOf(state).some((one) => one.state === "accepted"),
};
