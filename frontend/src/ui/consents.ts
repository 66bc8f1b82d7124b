/** What people agreed to, as the room's board has it: one's own answers, and everybody's for the mediator. */
import type { RoomState } from "../room/state";

/** Item to answer. */
export type Answers = Record<string, boolean>;

/** The item of the recording notice by which a person agrees to be recorded (rules/data/consents.toml). */
const RECORDING = "recording_dispute";

export function answersOf(state: RoomState, participantId: string = state.me): Answers | null {
  return (state.board[`consents/${participantId}`] as Answers | undefined) ?? null;
}

/** Whether a recording that runs leaves this person out, because they did not agree to be recorded. */
export function notRecorded(state: RoomState, participantId: string = state.me): boolean {
  const answers = answersOf(state, participantId);
  return answers !== null && answers[RECORDING] !== true;
}

/** How a party is served with the agreement that is in force; null: it is not. */
export function serviceOf(state: RoomState, participantId: string = state.me): "phone" | "paper" | null {
  return (state.board[`service/${participantId}`] as { way: "phone" | "paper" } | undefined)?.way ?? null;
}

const DECLINED = "declined/";

/** Somebody who does not come in, because they said no to something that is required; for the mediator only. */
export interface Declined {
  participantId: string;
  name: string;
  side: string;
  items: { zh: string; en: string }[];
}

export function declinedOf(state: RoomState): Declined[] {
  const topics = Object.keys(state.board).filter((topic) => topic.startsWith(DECLINED));
  return topics.sort().map((topic) => {
    const said = state.board[topic] as Omit<Declined, "participantId">;
    return { ...said, participantId: topic.slice(DECLINED.length) };
  });
}

export interface Minutes {
  replaced: boolean;
  /** Participant ids of the parties who did not agree to it. */
  missing: string[];
}

/** Whether the recording stands in for written minutes; for the mediator only. */
export function minutesOf(state: RoomState): Minutes | null {
  return (state.board.minutes as Minutes | undefined) ?? null;
}
