/**
 * Text that comes from a verifier is data: kept as it is, but never more of it than is useful.
 *
 * @module
 */

/** Characters of a verifier's text that an outcome keeps. */
export const textLimit = 1024;

export function capText(text: string, limit: number = textLimit): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}… (${text.length - limit} characters more)`;
}

/** One line about a thrown value, which need not be an Error. */
export function describeThrown(thrown: unknown): string {
  try {
    return capText(thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `threw ${String(thrown)}`);
  } catch {
    return 'threw a value that cannot be shown';
  }
}
