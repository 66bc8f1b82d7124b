/** Where a mediation stands, derived from what the room knows. Pure. */
import type { AgreementView } from "../api";
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

/** Only what is known to have happened is ticked: nobody said that evidence was heard or a caucus was held. */
const DONE: Record<Phase, readonly Stage[]> = {
  waiting: [],
  joint: ["identity"],
  drafting: ["identity"],
  frozen: ["identity", "drafting"],
  signing: ["identity", "drafting"],
  in_force: ["identity", "drafting", "signing"],
  ended: [],
};

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

export function stageOf(phase: Phase): Stage | null {
  return CURRENT[phase];
}

export function isDone(phase: Phase, stage: Stage): boolean {
  return DONE[phase].includes(stage);
}
