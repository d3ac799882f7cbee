/**
 * Classes of constrained devices (RFC 7228 §3) and what of their memory the bench grants to a verifier, as a table.
 *
 * The RFC gives orders of magnitude: RAM "much less than 10", "about 10" and "about 50" KiB, code "much less than 100",
 * "about 100" and "about 250" KiB. The figures for class 0, and how the RAM of each is divided, are the bench's choice.
 *
 * @module
 */

const KiB = 1024;

/** What a device grants to its verifier, and what it must therefore take. */
export interface DeviceProfile {
  readonly name: string;
  /** Working memory of the verifier: parser, tables, buffers. */
  readonly verifierBytes: number;
  /** The largest envelope that can be held while it is processed. */
  readonly envelopeBytes: number;
  /** Left for the machine's stack and the cryptographic library; no verifier's count contains it. */
  readonly stackBytes: number;
  /** Memory for code, where known. */
  readonly codeBytes?: number;
  /** Where a user's own profile stands. */
  readonly file?: string;
  /** A valid manifest of no more components, within the envelope's room, must be taken. */
  readonly components: number;
}

export interface DeviceClass extends DeviceProfile {
  readonly deviceClass: 0 | 1 | 2;
  /** Data memory: verifier, envelope and stack. */
  readonly ramBytes: number;
  readonly codeBytes: number;
}

/** The smallest first. */
export const deviceClasses: readonly DeviceClass[] = [
  deviceClass(0, { verifier: 1 * KiB, envelope: 1 * KiB, stack: 2 * KiB, code: 32 * KiB, components: 2 }),
  deviceClass(1, { verifier: 2 * KiB, envelope: 4 * KiB, stack: 4 * KiB, code: 100 * KiB, components: 8 }),
  deviceClass(2, { verifier: 8 * KiB, envelope: 26 * KiB, stack: 16 * KiB, code: 250 * KiB, components: 32 }),
];

interface Division {
  readonly verifier: number;
  readonly envelope: number;
  readonly stack: number;
  readonly code: number;
  readonly components: number;
}

function deviceClass(which: DeviceClass['deviceClass'], room: Division): DeviceClass {
  return {
    name: String(which),
    deviceClass: which,
    ramBytes: room.verifier + room.envelope + room.stack,
    verifierBytes: room.verifier,
    envelopeBytes: room.envelope,
    stackBytes: room.stack,
    codeBytes: room.code,
    components: room.components,
  };
}

/** A profile out of a user's file; a string says what is wrong with it. */
export function profileFrom(value: unknown): DeviceProfile | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'wanted an object';
  const given = value as Readonly<Record<string, unknown>>;
  const { name, codeBytes } = given;
  if (typeof name !== 'string' || !/^[\w.-]{1,40}$/.test(name))
    return 'name: wanted letters, digits, ".", "_" or "-"';
  const strange = Object.keys(given).find((key) => ![...sizes, 'name', 'codeBytes'].includes(key));
  if (strange !== undefined) return `does not know the key ${JSON.stringify(strange)}`;
  const wrong =
    sizes.find((key) => !isSize(given[key])) ?? (isSize(codeBytes ?? 0) ? undefined : 'codeBytes');
  if (wrong !== undefined) return `${wrong}: wanted a whole number, 0 or more`;
  return given as unknown as DeviceProfile;
}

const sizes: readonly string[] = ['verifierBytes', 'envelopeBytes', 'stackBytes', 'components'];

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
