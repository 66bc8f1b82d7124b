/** What is left of a text once a line of it was sent: what was typed meanwhile stays. */
export function rest(now: string, sent: string): string {
  return now.startsWith(sent) ? now.slice(sent.length) : now;
}

/** Digits and letters as they are compared: a Chinese keyboard may give them the width of a Chinese character. */
export function narrow(text: string): string {
  return text.normalize("NFKC").trim();
}
