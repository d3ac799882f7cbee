/**
 * One delivery on its way through the steps: what it brought, and what each step found in it.
 *
 * @module
 */
import type { CborMap, Item } from '../../cbor/item.ts';
import type { CommandRecord, Effect } from '../../device/decision.ts';
import type { Delivery } from '../../device/delivery.ts';
import type { Right } from '../../device/recipient.ts';
import type { ComponentIdentifier, Parameters } from '../../suit/model.ts';
import { bad, fromCborError, good, type Problem, type Result } from '../../suit/problem.ts';
import type { Reason } from '../../suit/stage.ts';
import { contentStart } from '../../suit/unwrap.ts';
import type { Ports } from './ports.ts';
import type { Rules } from './rules.ts';
import type { SignedDigest } from './rules-authentication.ts';
import type { Ok } from './rules-encoding.ts';
import type { Section } from './rules-manifest.ts';
import type { Sequence } from './sequence.ts';
import type { Staged, Stored } from './storage.ts';

export interface Limits {
  readonly envelopeBytes: number;
  readonly blocks: number;
  /** Sequences inside sequences. */
  readonly depth: number;
  readonly steps: number;
  /** Of several manifests at hand, those that are executed until one succeeds (draft §6.1). */
  readonly manifests: number;
  /** Redirects that are followed for one payload, and seconds that it may take. */
  readonly redirects: number;
  readonly fetchSeconds: number;
  /** Entries of the reporting engine that are kept. */
  readonly records: number;
}

export const defaultLimits: Limits = {
  envelopeBytes: 4 << 20,
  blocks: 64,
  depth: 16,
  steps: 100_000,
  manifests: 8,
  redirects: 4,
  fetchSeconds: 3600,
  records: 1_000,
};

/** What a step finds, it writes here; before that, each field is empty. */
export interface Work {
  readonly rules: Rules;
  readonly ports: Ports;
  readonly limits: Limits;
  readonly delivery: Delivery;
  /** The envelope delivered, or for a boot the stored one. */
  readonly bytes: Uint8Array;
  /** What `bytes` were taken from: others can write there. */
  readonly buffer: Uint8Array;
  readonly device: Device;
  readonly effects: Effect[];
  readonly records: CommandRecord[];
  readonly meter: { steps: number };
  /** Which of the device's deliveries this is. */
  readonly number: number;
  envelope: CborMap;
  payloads: ReadonlyMap<string, Uint8Array>;
  digest: SignedDigest;
  /** What those who signed may do; undefined: everything (draft §9). */
  rights: readonly Right[] | undefined;
  manifest: CborMap;
  /** suit-common, once it has been opened. */
  common: CborMap | undefined;
  sequenceNumber: bigint;
  /** The manifest's component list. */
  identifiers: readonly ComponentIdentifier[];
  /** The recipient's component for each of the manifest's; undefined: it has none of that identifier. */
  components: readonly (number | undefined)[];
  /** The byte strings of the command sequences, wherever they stand. */
  elements: ReadonlyMap<Section, Item>;
  sequences: ReadonlyMap<Section, Sequence>;
  staged: Staged;
  invoked: boolean;
}

/** What a session keeps from one delivery to the next. */
export interface Device extends Stored {
  /** Updates that were begun so far. */
  begun: number;
  /** The parameter tables of the delivery before; cleared before they are used (draft §6.1). */
  leftover: readonly Parameters[];
}

/** A stage of processing; undefined: nothing stands against going on. A promise where foreign code has to be awaited. */
export interface Step {
  readonly name: string;
  readonly run: (work: Work) => Problem | undefined | Promise<Problem | undefined>;
  /** Draft §6.1: asked of each manifest at hand, before one of them is chosen. */
  readonly selects?: boolean;
}

/** What all manifests of one delivery share. */
export type Shared = Pick<Work, 'rules' | 'ports' | 'limits' | 'delivery' | 'device' | 'effects' | 'meter'>;

export function startWork(shared: Shared, buffer: Uint8Array): Work {
  const { rules, ports, limits, delivery, device, effects, meter } = shared;
  return {
    rules,
    ports,
    limits,
    delivery,
    bytes: ports.hold(buffer),
    buffer,
    device,
    effects,
    records: [],
    meter,
    number: device.begun,
    envelope: noMap,
    payloads: noPayloads,
    digest: noDigest,
    rights: undefined,
    manifest: noMap,
    common: undefined,
    sequenceNumber: 0n,
    identifiers: [],
    components: [],
    elements: noElements,
    sequences: noSequences,
    staged: ports.storage.stage(device),
    invoked: false,
  };
}

const noPayloads: Work['payloads'] = new Map();
const noElements: Work['elements'] = new Map();
const noSequences: Work['sequences'] = new Map();
const noMap: CborMap = { kind: 'map', entries: [] };
const noDigest: SignedDigest = { content: new Uint8Array(0), encoded: new Uint8Array(0) };

/** The problem that a rule's answer amounts to. */
export function unless(ok: Ok, message: string, at?: Item): Problem | undefined {
  return ok === true ? undefined : bad(ok, message, at).problem;
}

/** An item of the wrong type; a tag where the draft has none is named as that (2 and 3 are bignums). */
export function mistyped(reason: Reason, message: string, item: Item): ReturnType<typeof bad> {
  return bad(item.kind === 'tag' && item.tag > 3n ? 'wrong-tag' : reason, message, item);
}

/** The one item that the bytes are. */
export function open(work: Work, bytes: Uint8Array, offset: number): Result<Item> {
  const read = work.ports.read(bytes, offset);
  if (!read.ok) return fromCborError(read.error);
  const rest = bytes.length - read.end;
  const ended = work.rules.atEnd(rest);
  if (ended !== true) {
    return {
      ok: false,
      problem: { reason: ended, message: `${rest} bytes follow`, offset: offset + read.end },
    };
  }
  return good(read.item);
}

/** The one item inside a byte string (`bstr .cbor`). */
export function unwrap(work: Work, item: Item, notWrapped: Reason, what: string): Result<Item> {
  if (item.kind !== 'bstr') return mistyped(notWrapped, `${what} is not wrapped in a byte string`, item);
  return open(work, item.bytes, contentStart(item));
}

/** A signed map: unwrapped, each key once and in order (draft §8.1). */
export function checkedMap(work: Work, item: Item, notMap: Reason, what: string): Result<CborMap> {
  if (item.kind !== 'map') return mistyped(notMap, `${what} is not a map`, item);
  for (const rule of [work.rules.uniqueKeys, work.rules.keyOrder]) {
    const ok = rule(item);
    if (ok !== true) return bad(ok, `the keys of ${what}`, item);
  }
  return good(item);
}

/** A text string's characters. */
export function textOf(
  work: Work,
  item: Item,
  what: string,
  notText: Reason = 'type-mismatch',
): Result<string> {
  if (item.kind !== 'tstr') return mistyped(notText, `${what} is not a text string`, item);
  const text = work.rules.text(item.bytes);
  return typeof text === 'string' ? bad(text, `${what} is not valid UTF-8`, item) : good(text.text);
}
