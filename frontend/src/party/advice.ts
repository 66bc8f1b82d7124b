/** What the checks of a phone found, as what is wrong and what to do: nothing means that the phone is ready. Pure. */
import type { Key } from "../i18n";
import type { Found, Noticed } from "./Checks";

export interface Advice {
  /** What does not work; empty: it was not tried. */
  wrong: Key[];
  todo: Key;
}

/** Microphone and camera; what has the same remedy is named together. */
export function deviceAdvice(found: Found, withPicture: boolean): Advice[] {
  const all: Advice[] = [];
  const tell = (wrong: Key, todo: Key) => {
    const same = all.find((one) => one.todo === todo);
    if (same) same.wrong.push(wrong);
    else all.push({ wrong: [wrong], todo });
  };
  const microphone = found.microphoneProblem ?? "unknown";
  const camera = found.cameraProblem ?? "unknown";
  if (!found.microphone) tell(`device.mic.${microphone}`, `device.help.${microphone}`);
  if (withPicture && !found.camera) tell(`device.cam.${camera}`, `device.help.${camera}`);
  return all;
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
