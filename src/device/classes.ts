/**
 * Classes of constrained devices (RFC 7228 §3), as a table. The RFC gives orders of magnitude: RAM "much less than 10",
 * "about 10" and "about 50" KiB, code "much less than 100", "about 100" and "about 250" KiB. The figures for class 0 are
 * the bench's own choice.
 *
 * @module
 */

const KiB = 1024;

export interface DeviceClass {
  readonly deviceClass: 0 | 1 | 2;
  /** Data memory. */
  readonly ramBytes: number;
  /** Memory for code. */
  readonly flashBytes: number;
}

/** The smallest first. */
export const deviceClasses: readonly DeviceClass[] = [
  { deviceClass: 0, ramBytes: 4 * KiB, flashBytes: 32 * KiB },
  { deviceClass: 1, ramBytes: 10 * KiB, flashBytes: 100 * KiB },
  { deviceClass: 2, ramBytes: 50 * KiB, flashBytes: 250 * KiB },
];
