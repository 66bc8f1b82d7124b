/** The secret in the address of a link (RFC 4648 §5). What a messenger glued to its end, a full stop or a bracket as it
 * is or percent-encoded or cut in the middle, is no part of it. */
export function secretOf(address: string): string {
  return /^\/j\/([\w-]*)/.exec(address)?.[1] ?? "";
}
