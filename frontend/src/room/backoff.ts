/** How long to wait before the next try. */

const FIRST_MS = 200;
const EAGER_MS = 800;
const LONGEST_MS = 2000;
/** Tries, about four to eight seconds: a server process that died is back at once, or after two or three where it has to
 * be loaded anew, and people wait for it. */
const EAGER_TRIES = 12;

/** Doubles from 0.2 s to 0.8 s, after a while to 2 s, spread over the upper half so that a room does not come back in
 * one blow.
 * @param attempt 0 for the first try after a loss
 * @param random a number in [0, 1) */
export function backoff(attempt: number, random: number): number {
  const most = attempt < EAGER_TRIES ? EAGER_MS : LONGEST_MS;
  const ceiling = Math.min(most, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (0.5 + random / 2));
}
