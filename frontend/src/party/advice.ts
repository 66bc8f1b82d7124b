/** What the checks of a phone found, as what is wrong and what to do: nothing means that the phone is ready. Pure. */
import type { Key } from "../i18n";
import type { TrackProblem } from "../room/publications";
import type { Found, Noticed } from "./Checks";

export interface Advice {
  /** What does not work; empty: it was not tried. */
  wrong: Key[];
  todo: Key;
}

/** Microphone and camera; what has the same remedy is named together. */
export function deviceAdvice(found: Found, withPicture: boolean): Advice[] {
  return problemAdvice(
    found.microphone ? null : (found.microphoneProblem ?? "unknown"),
    found.camera || !withPicture ? null : (found.cameraProblem ?? "unknown"),
  );
}

/** The same of what is known to be wrong with each; null: nothing is. */
export function problemAdvice(microphone: TrackProblem | null, camera: TrackProblem | null): Advice[] {
  const all: Advice[] = [];
  if (microphone) all.push({ wrong: [`device.mic.${microphone}`], todo: helpFor(microphone, ".mic", camera) });
  if (camera && camera === microphone) all[0]?.wrong.push(`device.cam.${camera}`);
  else if (camera) all.push({ wrong: [`device.cam.${camera}`], todo: helpFor(camera, ".cam", microphone) });
  return all;
}

/** Whoever has only one of the two is told what still works. */
function helpFor(problem: TrackProblem, device: ".mic" | ".cam", other: TrackProblem | null): Key {
  return problem === "absent" && other !== "absent" ? `device.help.absent${device}` : `device.help.${problem}`;
}

export function advice(found: Found, noticed: Noticed, withPicture: boolean): Advice[] {
  const all = deviceAdvice(found, withPicture);
  const add = (todo: Key) => all.push({ wrong: [], todo });
  if (found.microphone && !noticed.heard) add("rehearsal.do.speak");
  if (noticed.speaker === null) add("rehearsal.do.listen");
  if (noticed.speaker === false) add("precheck.speakerHelp");
  if (noticed.network === null) add("rehearsal.do.network");
  else if (noticed.network === "unknown") add("rehearsal.do.networkLater");
  else if (noticed.network !== "good") add(`precheck.networkHelp.${noticed.network}`);
  return all;
}
