/**
 * RAM that the bench grants a device of each class of RFC 7228 §3. The RFC gives orders of magnitude ("much less than
 * 10 KiB", "about 10 KiB", "about 50 KiB"); the figure for class 0 is the bench's own choice.
 *
 * @module
 */

export interface ClassBudget {
  readonly deviceClass: 0 | 1 | 2;
  readonly ramBytes: number;
}

/** The smallest first. */
export const classBudgets: readonly ClassBudget[] = [
  { deviceClass: 0, ramBytes: 4 * 1024 },
  { deviceClass: 1, ramBytes: 10 * 1024 },
  { deviceClass: 2, ramBytes: 50 * 1024 },
];
