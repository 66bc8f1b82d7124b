/** The code on every screen: SHA-256 over the canonical JSON (RFC 8785) of the frozen text. */
import canonicalize from "canonicalize";

/** Canonical JSON of a value that came from JSON. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("not a JSON value");
  return text;
}

/** Lower-case hex SHA-256, or null where the browser offers no cryptography (a page that is not secure). */
export async function digestOf(content: unknown): Promise<string | null> {
  return textDigest(canonicalJson(content));
}

/** The same over a text in UTF-8. */
export async function textDigest(text: string): Promise<string | null> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return null;
  const bytes = new TextEncoder().encode(text);
  const hash = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The first eight digits in two groups, as people read it to each other: `7F3A 91C2`. */
export function shortCode(digest: string): string {
  const head = digest.slice(0, 8).toUpperCase();
  return `${head.slice(0, 4)} ${head.slice(4)}`;
}
