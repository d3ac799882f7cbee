/**
 * One delivery under way: the bytes in place, the arena, and where in the bytes each part of the envelope stands.
 *
 * The object itself only ties together what a device would have at fixed places. Everything that grows or changes
 * while the delivery is processed lies in the arena, as 32-bit words.
 *
 * @module
 */

import { PullParser } from '../../cbor/pull.ts';
import { pullCode, stateWords } from '../../cbor/pull-state.ts';
import type { Crypto } from '../../cose/crypto.ts';
import type { DeliveryEvent } from '../../device/delivery.ts';
import type { Recipient } from '../../device/recipient.ts';
import type { Reason } from '../../suit/stage.ts';
import type { Arena } from './arena.ts';

/** Arrays, maps and tags that may be open at once inside one byte string. */
const maxNesting = 16;
export interface Run {
  readonly bytes: Uint8Array;
  readonly recipient: Recipient;
  readonly event: DeliveryEvent;
  readonly crypto: Crypto;
  readonly arena: Arena;
  /** Heads that may be read in one delivery. */
  readonly maxSteps: number;
  readonly parser: PullParser;
  /** Where the table of `field`s lies in the arena, in words. */
  readonly fields: number;
  /** Why the delivery is refused, once it is; the first reason stays. */
  reason: Reason | undefined;
  /** The byte at which it was refused. */
  at: number;
}

/** Where things stand: offsets of heads in the bytes (0: absent), and counts. */
export const field = {
  // Members of the envelope.
  wrapper: 0,
  manifest: 1,
  envelopePayloadFetch: 2,
  envelopeInstall: 3,
  envelopeText: 4,
  // Members of the manifest.
  version: 5,
  sequenceNumber: 6,
  common: 7,
  referenceUri: 8,
  validate: 9,
  load: 10,
  invoke: 11,
  payloadFetch: 12,
  install: 13,
  text: 14,
  // Members of the common part.
  components: 15,
  shared: 16,
  /** How many components the manifest lists, and where in the arena (bytes) their table is. */
  componentCount: 17,
  componentTable: 18,
  /** Content of the first element of the authentication wrapper: the SUIT_Digest. */
  digestStart: 19,
  digestEnd: 20,
  /** 1: the shared sequence has the condition somewhere. */
  checksVendor: 21,
  checksClass: 22,
} as const;

export type Field = (typeof field)[keyof typeof field];

const fieldCount = 23;

export type Inputs = Pick<Run, 'bytes' | 'recipient' | 'event' | 'crypto' | 'arena' | 'maxSteps'>;

/** Undefined: the arena cannot even hold the parser and the fields. */
export function startRun(inputs: Inputs): Run | undefined {
  const { arena, bytes, maxSteps } = inputs;
  const words = stateWords(maxNesting);
  if (!arena.reset()) return undefined;
  const state = arena.allocate(words * 4);
  if (state < 0) return undefined;
  const fields = arena.allocate(fieldCount * 4);
  if (fields < 0) return undefined;
  arena.words.fill(0, fields / 4, fields / 4 + fieldCount);
  const parser = new PullParser(bytes, arena.words.subarray(state / 4, state / 4 + words), { maxSteps });
  return { ...inputs, parser, fields: fields / 4, reason: undefined, at: 0 };
}

export function get(run: Run, which: Field): number {
  return run.arena.words[run.fields + which]!;
}

export function set(run: Run, which: Field, value: number): void {
  run.arena.words[run.fields + which] = value;
}

/** Ends the run. Always false, so that a check can be left with `return refuse(…)`. */
export function refuse(run: Run, reason: Reason, at: number = run.parser.headStart): false {
  if (run.reason === undefined) {
    run.reason = reason;
    run.at = at;
  }
  return false;
}

/** Takes bytes from the arena; -1 after having refused the delivery for lack of room. */
export function allocate(run: Run, bytes: number): number {
  const at = run.arena.allocate(bytes);
  if (at < 0) refuse(run, 'limit-memory');
  return at;
}

/** Refuses for the parser's latched error, or for `instead` where it is not a limit. */
export function refuseParse(run: Run, instead?: Reason): false {
  const { error, errorOffset } = run.parser;
  if (error === pullCode['limit-depth']) return refuse(run, 'limit-depth', errorOffset);
  if (error === pullCode['limit-count']) return refuse(run, 'limit-steps', errorOffset);
  if (instead !== undefined) return refuse(run, instead, errorOffset);
  return refuse(run, error === pullCode['trailing-data'] ? 'trailing-data' : 'not-well-formed', errorOffset);
}
