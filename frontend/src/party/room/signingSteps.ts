/** How far this person is with signing, told to the mediator's console: which steps are done, never what is written. */
import { useCallback, useEffect, useState } from "preact/hooks";
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

/** Takes note of steps and tells the newest. `proposalId`: of the text that is to be signed; null: there is none. */
export function useSigningSteps(visit: Visit, proposalId: string | null): TellSteps {
  const [steps, setSteps] = useState(NOTHING);
  useEffect(() => setSteps(NOTHING), [proposalId]);
  useEffect(() => {
    if (proposalId === null || steps === NOTHING) return;
    const wait = steps.handwriting === "written" ? STROKES_MS : SOON_MS;
    const timer = window.setTimeout(() => {
      // Nothing depends on it: what does not arrive shows as not done.
      withToken(visit, (token) => tellSteps(token, proposalId, steps)).catch(() => undefined);
    }, wait);
    return () => window.clearTimeout(timer);
  }, [visit, proposalId, steps]);
  return useCallback((changed) => setSteps((before) => merged(before, changed)), []);
}

/** The same object when nothing is new, so that nothing is told twice. */
export function merged(before: SigningSteps, changed: Partial<SigningSteps>): SigningSteps {
  const after = { ...before, ...changed };
  const same = (Object.keys(after) as (keyof SigningSteps)[]).every((key) => after[key] === before[key]);
  return same ? before : after;
}
