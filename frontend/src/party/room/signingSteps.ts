/** How far this person is with signing, told to the mediator's console: which steps are done, never what is written. */
import { useCallback, useEffect } from "preact/hooks";
import { begun, keep, type Scope } from "../../ui/unsent";
import { tellSteps } from "../api";
import { type Visit, withToken } from "../visit";

export interface SigningSteps {
  /** The end of the text was on the screen. */
  read: boolean;
  intent: boolean;
  handwriting: "" | "writing" | "written";
}

const NOTHING: SigningSteps = { read: false, intent: false, handwriting: "" };
/** Before it is told, in milliseconds: a name has several strokes, and between two of them it is not written yet. */
const STROKES_MS = 1500;
const SOON_MS = 300;

export type TellSteps = (changed: Partial<SigningSteps>) => void;

export interface Occasion {
  /** That is to be signed; null: there is none. */
  text: { proposal_id: string; digest: string } | null;
  owner: string;
  /** When one of these is another, all is told anew: the server keeps it in memory. */
  anew: readonly unknown[];
}

/** What somebody's screen has told of one text; a reload goes on with it. */
export function stepsScope(owner: string, text: Occasion["text"]): Scope<SigningSteps> {
  return { name: "steps", owner, words: `${text?.proposal_id}/${text?.digest}` };
}

/** Takes note of steps and tells the newest. */
export function useSigningSteps(visit: Visit, { text, owner, anew }: Occasion): TellSteps {
  const scope = stepsScope(owner, text);
  const steps = (text && begun(scope)) ?? NOTHING;
  const proposalId = text?.proposal_id ?? null;
  useEffect(() => {
    if (proposalId === null || steps === NOTHING) return;
    const wait = steps.handwriting === "written" ? STROKES_MS : SOON_MS;
    const timer = window.setTimeout(() => {
      // Nothing depends on it: what does not arrive shows as not done.
      withToken(visit, (token) => tellSteps(token, proposalId, steps)).catch(() => undefined);
    }, wait);
    return () => window.clearTimeout(timer);
  }, [visit, proposalId, steps, ...anew]);
  return useCallback(
    (changed) => {
      if (proposalId === null) return;
      const before = begun(scope) ?? NOTHING;
      const after = merged(before, changed);
      if (after !== before) keep(scope, after);
    },
    [scope.owner, scope.words],
  );
}

/** The same object when nothing is new, so that nothing is told twice. */
export function merged(before: SigningSteps, changed: Partial<SigningSteps>): SigningSteps {
  const after = { ...before, ...changed };
  const same = (Object.keys(after) as (keyof SigningSteps)[]).every((key) => after[key] === before[key]);
  return same ? before : after;
}
