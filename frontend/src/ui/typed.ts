/** What is left of a text once a line of it was sent: what was typed meanwhile stays. */
export function rest(now: string, sent: string): string {
  return now.startsWith(sent) ? now.slice(sent.length) : now;
}
