/** What a rehearsal found, as things to do: none means that the phone is ready. Pure. */
import type { Key } from "../i18n";
import type { Found, Noticed } from "./Checks";

export function advice(found: Found, noticed: Noticed, withPicture: boolean): Key[] {
  const todo: Key[] = [];
  if (!found.microphone) todo.push(`device.help.${found.microphoneProblem ?? "unknown"}`);
  else if (!noticed.heard) todo.push("rehearsal.do.speak");
  if (withPicture && !found.camera) {
    const help: Key = `device.help.${found.cameraProblem ?? "unknown"}`;
    if (!todo.includes(help)) todo.push(help);
  }
  if (noticed.speaker === null) todo.push("rehearsal.do.listen");
  if (noticed.speaker === false) todo.push("precheck.speakerHelp");
  if (noticed.network === null) todo.push("rehearsal.do.network");
  else if (noticed.network === "unknown") todo.push("rehearsal.do.networkLater");
  else if (noticed.network !== "good") todo.push(`precheck.networkHelp.${noticed.network}`);
  return todo;
}
