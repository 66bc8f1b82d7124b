/** What the console knows of each signer's way to a signature. */
import type { RoomState } from "../room/state";

export const STEPS = ["identity", "read", "intent", "hand", "code"] as const;
export type Step = (typeof STEPS)[number];
/** `open`: not known to be done; `none`: nothing of the kind is done here. */
export type Mark = "done" | "writing" | "sent" | "open" | "none";

export interface Steps {
  read: boolean;
  intent: boolean;
  handwriting: "" | "writing" | "written";
  code_sent: boolean;
}

interface Told {
  proposal_id: string;
  people: Record<string, Steps>;
}

const NOTHING: Steps = { read: false, intent: false, handwriting: "", code_sent: false };

/** What somebody's screen said of this text; of an earlier one nothing counts. */
export function stepsOf(state: Pick<RoomState, "board">, proposalId: string, participantId: string): Steps {
  const told = state.board.signing as Told | undefined;
  return (told?.proposal_id === proposalId && told.people[participantId]) || NOTHING;
}

export function underWay({ read, intent, handwriting, code_sent }: Steps): boolean {
  return read || intent || handwriting !== "" || code_sent;
}

/** A signature is made of all that is told before it: once it is there, all of it is done. */
export function marksOf(signed: boolean, identified: boolean, steps: Steps): Record<Step, Mark> {
  const done = (yes: boolean): Mark => (yes || signed ? "done" : "open");
  return {
    identity: identified ? "done" : "open",
    read: done(steps.read),
    intent: done(steps.intent),
    hand: steps.handwriting === "writing" && !signed ? "writing" : done(steps.handwriting === "written"),
    code: steps.code_sent && !signed ? "sent" : done(false),
  };
}
