const BYTES = 16;

/** A name that nothing else has: 32 hexadecimal digits. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
}
