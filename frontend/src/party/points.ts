/** A short text as the points that it makes: one for each sentence, so that it is read one at a time. */

/** No look-behind: old phones do not know it. A stop inside a number or an address ends no sentence. */
const SENTENCE = /\S.*?(?:[。！？]|[.!?](?=\s|$)|$)/g;

/** The sentences of a text in either language, in its own words and order. */
export function pointsOf(text: string): string[] {
  return text.match(SENTENCE) ?? [];
}
