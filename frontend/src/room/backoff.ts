/** How long to wait before the next try. */

const FIRST_MS = 200;
const LONGEST_MS = 2000;

/** Doubles from 0.2 s to 2 s, spread over the upper half so that a room does not come back in one blow.
 * @param attempt 0 for the first try after a loss
 * @param random a number in [0, 1) */
export function backoff(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (0.5 + random / 2));
}
