/**
 * The bounded verifier: what a Class 1 device (RFC 7228) could run.
 *
 * It reads the envelope where it lies, and keeps all that it must remember in one arena whose size is its ceiling. It
 * authenticates a manifest and decides whether that is for this recipient; it fetches, writes and invokes nothing, so
 * it claims no more than that, keeps no sequence number, and leaves conditions behind effects to others.
 *
 * Not in the arena: the delivery itself, the recipient's configuration and stored images (flash on a device), fixed
 * tables, the machine's stack (bounded: nothing recurses), and the working memory of the cryptographic library.
 *
 * @module
 */

import { nodeCrypto } from '../../cose/node-crypto.ts';
import type { Cost, Decision } from '../../device/decision.ts';
import type { Delivery } from '../../device/delivery.ts';
import type { Recipient } from '../../device/recipient.ts';
import { commandCode, parameterKey } from '../../suit/registry.ts';
import { type Reason, reasons } from '../../suit/stage.ts';
import type { Claims, Session, Verifier } from '../verifier.ts';
import { checkApplicability } from './applicability.ts';
import { Arena } from './arena.ts';
import { authenticate } from './authenticate.ts';
import { readComponents } from './components.ts';
import { decodeEnvelope } from './envelope.ts';
import { bindManifest, readCommon, readManifest } from './manifest.ts';
import { type Inputs, type Run, startRun } from './run.ts';
import { checkSequences } from './sequences.ts';
import { checkPlainMembers, matchSevered } from './severable.ts';

export interface BoundedOptions {
  /** The ceiling of its working memory. */
  readonly arenaBytes?: number;
  /** Heads of data items that it reads in one delivery, however often, before it gives up. */
  readonly maxSteps?: number;
}

export const defaultArenaBytes = 4096;
export const defaultMaxSteps = 100_000;

export function boundedVerifier(options: BoundedOptions = {}): Verifier {
  return { hello: () => claims, open: (recipient) => openSession(recipient, options) };
}

type Step = (run: Run) => boolean;

/** In the draft's order: §8.2, §8.3 and §6.2, §8.3, §8.4, §8.4.5, §8.4.12, §8.4.6, §8.4.9. */
const steps: readonly Step[] = [
  decodeEnvelope,
  authenticate,
  bindManifest,
  readManifest,
  readCommon,
  readComponents,
  matchSevered,
  checkPlainMembers,
  checkSequences,
  checkApplicability,
];

/** The same without cryptography and without running anything, to measure what parsing costs. */
const parseSteps: readonly Step[] = steps.filter(
  (step) => ![authenticate, bindManifest, matchSevered, checkApplicability].includes(step),
);

/** What parsing alone comes to; without a reason the envelope is well-formed throughout, whoever signed it. */
export interface Parsed {
  readonly reason?: Reason;
  readonly cost: Cost;
}

/** Walks the envelope's structure down to every command, for measuring what that costs. */
export function boundedParser(
  recipient: Recipient,
  options: BoundedOptions = {},
): (envelope: Uint8Array) => Parsed {
  const fixed = fixedFor(recipient, options);
  return (bytes) => process({ ...fixed, bytes, event: 'update' }, parseSteps);
}

function openSession(recipient: Recipient, options: BoundedOptions): Session {
  const fixed = fixedFor(recipient, options);
  return {
    deliver({ envelope, event }: Delivery): Decision {
      const bytes = envelope ?? (event === 'boot' ? recipient.installed : undefined);
      if (bytes === undefined) return rejected('state-conflict', 'there is no envelope', {});
      const { reason, at, cost } = process({ ...fixed, bytes, event }, steps);
      if (reason === undefined) return { kind: 'accepted', level: 'applicable', cost };
      return rejected(reason, `at byte ${at}`, cost);
    },
  };
}

/** What stays from one delivery to the next; the arena's content does not matter. */
function fixedFor(recipient: Recipient, options: BoundedOptions): Omit<Inputs, 'bytes' | 'event'> {
  const { arenaBytes = defaultArenaBytes, maxSteps = defaultMaxSteps } = options;
  return { recipient, crypto: nodeCrypto, arena: new Arena(arenaBytes), maxSteps };
}

interface Processed extends Parsed {
  readonly at: number;
}

function process(inputs: Inputs, todo: readonly Step[]): Processed {
  const run = startRun(inputs);
  if (run === undefined) return { reason: 'limit-memory', at: 0, cost: costOf(inputs.arena, 0) };
  for (const step of todo) {
    if (!step(run)) break;
  }
  const cost = costOf(inputs.arena, run.parser.steps);
  return { at: run.at, cost, ...(run.reason !== undefined && { reason: run.reason }) };
}

function costOf(arena: Arena, stepCount: number): Cost {
  const { highWater, wanted } = arena;
  return { highWaterBytes: highWater, steps: stepCount, ...(wanted > 0 && { wantedBytes: wanted }) };
}

function rejected(reason: Reason, detail: string, cost: Cost): Decision {
  return { kind: 'rejected', stage: reasons[reason].stage, reason, detail, cost };
}

const claims: Claims = {
  name: 'suit-gauntlet bounded',
  version: '1',
  revisions: ['37'],
  levels: ['authenticated', 'applicable'],
  events: ['update', 'boot'],
  // Every code of the draft is checked for its form; those with an effect are not carried out.
  commands: Object.values(commandCode),
  parameters: Object.values(parameterKey),
  algorithms: [-7, -8, -9, -19, 5],
  digests: [-16, -43, -44, -18, -45],
  structures: ['sign1', 'sign', 'mac0'],
  extensions: [],
  reports: ['stage', 'reason', 'cost'],
  keepsState: false,
};
