/**
 * A number with its noun.
 *
 * @module
 */

/** "1 case", "2 cases". */
export function howMany(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
