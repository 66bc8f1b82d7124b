/** An exhibit that is being brought: what was filled in stays for the tab, the file itself only as long as the page. */
import type { RoomState } from "../room/state";
import { begun, keep, ownHere, type Scope } from "../ui/unsent";
import type { Sensitive } from "./model";

export interface Bringing {
  title: string;
  /** The sensitive data of one's own in it. */
  holds: readonly Sensitive[];
  /** The file that was chosen; after a reload nothing is left of it but this. */
  file: { name: string; size: number } | null;
}

export const EMPTY: Bringing = { title: "", holds: [], file: null };

const files = new Map<string, File>();

export function bringingScope(state: RoomState): Scope<Bringing> {
  return ownHere(state, "exhibit");
}

export function choose(scope: Scope<Bringing>, file: File | null, title: string): void {
  const named = file && { name: file.name, size: file.size };
  if (file) files.set(scope.name, file);
  else files.delete(scope.name);
  keep(scope, { ...(begun(scope) ?? EMPTY), title, file: named });
}

/** Null: none was chosen, or it has to be chosen again. */
export function chosenFile(scope: Scope<Bringing>): File | null {
  if (!begun(scope)?.file) files.delete(scope.name);
  return files.get(scope.name) ?? null;
}
