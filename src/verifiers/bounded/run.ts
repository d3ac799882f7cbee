/**
 * One delivery under way: the bytes in place, the arena, and where in the bytes each part of the envelope stands.
 *
 * The object itself only ties together what a device would have at fixed places. Everything that grows or changes
 * while the delivery is processed lies in the arena, as 32-bit words.
 *
 * @module
 */

import { PullParser } from '../../cbor/pull.ts';
import { pullCode, stateWords, word } from '../../cbor/pull-state.ts';
import type { Crypto } from '../../cose/crypto.ts';
import type { Effect } from '../../device/decision.ts';
import type { DeliveryEvent, Payload } from '../../device/delivery.ts';
import type { Recipient } from '../../device/recipient.ts';
import type { Reason } from '../../suit/stage.ts';
import type { Arena } from './arena.ts';
import type { SlotStorage } from './storage.ts';

/** Arrays, maps and tags that may be open at once inside one byte string. */
const maxNesting = 16;

export interface Run {
  readonly bytes: Uint8Array;
  readonly recipient: Recipient;
  readonly event: DeliveryEvent;
  /** What the network answers. */
  readonly payloads: readonly Payload[];
  readonly storage: SlotStorage;
  /** Where effects are reported to; an instrument, that a device would not keep. */
  readonly effects: Effect[];
  readonly crypto: Crypto;
  readonly arena: Arena;
  /** Heads that may be read in one delivery, and KiB moved or hashed. */
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
  /** 1: the condition held in the shared sequence. */
  vendorHeld: 21,
  classHeld: 22,
  /** The `Section` that is running. */
  section: 23,
  /** 1: the order of commands is free (suit-parameter-strict-order is false). */
  freeOrder: 24,
  /** Contents fetched so far; each has its number. */
  fetched: 25,
  /** 1: something was invoked. */
  invoked: 26,
  /** The manifest's sequence number. */
  numberHigh: 27,
  numberLow: 28,
  /** 1: a sequence runs that may run beside others. */
  lane: 29,
} as const;

export type Field = (typeof field)[keyof typeof field];

const fieldCount = 30;

export type Inputs = Omit<Run, 'parser' | 'fields' | 'reason' | 'at'>;

/** Undefined: the arena cannot even hold the parser and the fields. */
export function startRun(inputs: Inputs): Run | undefined {
  const { bytes, recipient, event, payloads, storage, effects, crypto, arena, maxSteps } = inputs;
  const words = stateWords(maxNesting);
  if (!arena.reset()) return undefined;
  const state = arena.allocate(words * 4);
  if (state < 0) return undefined;
  const fields = arena.allocate(fieldCount * 4);
  if (fields < 0) return undefined;
  arena.words.fill(0, fields / 4, fields / 4 + fieldCount);
  const parser = new PullParser(bytes, arena.words.subarray(state / 4, state / 4 + words), { maxSteps });
  return {
    bytes,
    recipient,
    event,
    payloads,
    storage,
    effects,
    crypto,
    arena,
    maxSteps,
    parser,
    fields: fields / 4,
    reason: undefined,
    at: 0,
  };
}

export function get(run: Run, which: Field): number {
  return run.arena.words[run.fields + which]!;
}

export function set(run: Run, which: Field, value: number): void {
  run.arena.words[run.fields + which] = value;
}

/** The first byte behind the fields: what authentication keeps there stays in its place. */
export function keptAt(run: Run): number {
  return (run.fields + fieldCount) * 4;
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

const bytesPerStep = 1024;

/** Counts the moving or hashing of so many bytes as steps, so that a budget holds for these too. */
export function charge(run: Run, bytes: number): boolean {
  const { state, steps } = run.parser;
  const after = steps + Math.ceil(bytes / bytesPerStep);
  state[word.steps] = Math.min(after, run.maxSteps);
  return after <= run.maxSteps || refuse(run, 'limit-steps');
}

/** Refuses for the parser's latched error, or for `instead` where it is not a limit. */
export function refuseParse(run: Run, instead?: Reason): false {
  const { error, errorOffset } = run.parser;
  if (error === pullCode['limit-depth']) return refuse(run, 'limit-depth', errorOffset);
  if (error === pullCode['limit-count']) return refuse(run, 'limit-steps', errorOffset);
  if (instead !== undefined) return refuse(run, instead, errorOffset);
  return refuse(run, error === pullCode['trailing-data'] ? 'trailing-data' : 'not-well-formed', errorOffset);
}
