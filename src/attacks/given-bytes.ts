/**
 * Bytes that somebody else made, as the corpus of a fuzzer, in place of a valid envelope.
 *
 * What they mean nobody says: as of blind changes either answer is allowed, and what holds of any delivery is held
 * against it all the same (draft-ietf-suit-manifest-37 §6.2).
 *
 * @module
 */
import fc from 'fast-check';
import { fromHex, toHex } from '../cbor/hex.ts';
import { manifest } from '../suit/clause.ts';
import type { Attack } from './attack.ts';
import { deliverBytes } from './encoding-change.ts';

/** Hexadecimal. */
export interface GivenBytes {
  readonly bytes: string;
}

/** Drawn they are mere noise; it is there for what is imported. */
export const deliverGivenBytes: Attack<GivenBytes> = {
  id: 'blind.given',
  handle: 'blind-given',
  group: 'A',
  family: 'malformed',
  change: 'bytes of unknown make in place of a valid envelope',
  by: 'outsider',
  threats: [],
  violates: [],
  expects: [{ strength: 'policy', varies: true, clause: manifest('6.2') }],
  choice: fc.record({ bytes: fc.uint8Array({ maxLength: 64 }).map(toHex) }, { noNullPrototype: true }),
  apply: (scenario, { bytes }) => deliverBytes(scenario, fromHex(bytes)),
};
