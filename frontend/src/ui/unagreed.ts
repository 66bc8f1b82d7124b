/** Which sensitive data of a person may not be used, and so has no place in the shared draft (PIPL 28, 29). Pure. */
import type { ParticipantView } from "../generated/messages";
import { listed, t } from "../i18n";
import type { RoomState } from "../room/state";
import { answersOf } from "./consents";

const SENSITIVE = ["sensitive_id_number", "sensitive_financial", "sensitive_medical"] as const;

export interface Unagreed {
  person: ParticipantView;
  /** In words: the purposes that have no yes; silence is no. */
  what: string;
}

/** What one person did not agree to, in words; empty: they agreed to all of it. */
export function unagreedOf(state: RoomState, participantId: string): string {
  const answers = answersOf(state, participantId) ?? {};
  return listed(SENSITIVE.filter((one) => answers[one] !== true).map((one) => t(`draft.${one}`)));
}

/** The parties in the room whose consent to some of it is missing. */
export function unagreed(state: RoomState): Unagreed[] {
  return [...state.participants.values()]
    .filter((one) => one.role === "party" && one.presence !== "waiting")
    .map((person) => ({ person, what: unagreedOf(state, person.participant_id) }))
    .filter(({ what }) => what !== "");
}
