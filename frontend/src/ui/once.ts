/** Nothing is sent twice because an answer was lost: what is sent has a key, kept for the tab until it is known to have
 * come, and the server takes each key once. Other words are another thing, with a key of their own. */
import { useEffect } from "preact/hooks";
import { ApiError } from "../api";
import { randomName } from "../room/randomname";
import { begun, forget, keep, type Scope } from "./unsent";

/** What was sent and is not known to have come. */
interface Attempt<T> {
  key: string;
  /** All that makes it another when it differs, as JSON values. */
  what: T;
}

/** Asks the server what came of a key. */
export type Asked = (key: string) => Promise<{ made: string | null }>;

/** Beside what was begun, with the same owner and place. */
function attempts<T>(scope: Scope<unknown>): Scope<Attempt<T>[]> {
  return { name: `sent/${scope.name}`, owner: scope.owner, words: scope.words };
}

/** `again`: it is one that was tried before. */
function keyOf<T>(scope: Scope<unknown>, what: T): { key: string; again: boolean } {
  const before = begun(attempts<T>(scope)) ?? [];
  const same = before.find((one) => alike(one.what, what));
  if (same) return { key: same.key, again: true };
  const key = randomName();
  keep(attempts<T>(scope), [...before, { key, what }]);
  return { key, again: false };
}

/** Whether two things are sent as the same. */
export function alike(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Send something of what was begun in `scope`; when the answer is lost, the same again is the same thing.
 * @throws whatever `send` throws */
export async function once<T, Made>(
  scope: Scope<unknown>,
  what: T,
  send: (key: string) => Promise<Made>,
): Promise<Made> {
  const { key, again } = keyOf(scope, what);
  try {
    const made = await send(key);
    forget(attempts(scope).name);
    return made;
  } catch (cause) {
    if (cause instanceof ApiError && cause.code === "key_used") forget(attempts(scope).name);
    else if (!again && wasRefused(cause)) drop(scope, key);
    throw cause;
  }
}

/** What the server refused when it first came has made nothing: its words are not kept beside what becomes of them. */
function wasRefused(cause: unknown): boolean {
  return cause instanceof ApiError && cause.status >= 400 && cause.status < 500;
}

function drop(scope: Scope<unknown>, key: string): void {
  const others = (begun(attempts<unknown>(scope)) ?? []).filter((one) => one.key !== key);
  if (others.length > 0) keep(attempts<unknown>(scope), others);
  else forget(attempts(scope).name);
}

/** Ask about everything of `scope` whose answer was lost, and tell of what has come. No answer: it stays as it is. */
export async function settle<T>(scope: Scope<unknown>, asked: Asked, onCame: (what: T, made: string) => void) {
  for (const { key, what } of begun(attempts<T>(scope)) ?? []) {
    const { made } = await asked(key).catch(() => ({ made: null }));
    // It may have been answered meanwhile, or the place be over.
    const left = begun(attempts<T>(scope)) ?? [];
    if (made === null || left.every((one) => one.key !== key)) continue;
    drop(scope, key);
    onCame(what, made);
  }
}

/** The same whenever it is shown, nothing is on its way, and `news` (how many of them one has) is another. */
export function useSettled<T>(
  scope: Scope<unknown>,
  asked: Asked,
  { busy, news }: { busy: boolean; news: number },
  onCame: (what: T, made: string) => void,
): void {
  useEffect(() => {
    if (!busy) void settle(scope, asked, onCame);
  }, [scope.owner, scope.name, busy, news]);
}
