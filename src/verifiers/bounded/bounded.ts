/**
 * The bounded verifier: what a Class 1 device (RFC 7228) could run.
 *
 * It reads the envelope where it lies, and keeps all that it must remember in one arena whose size is its ceiling:
 * parser, components, parameters (as offsets into the envelope), return stack, and one block of a payload on its way.
 *
 * Not in the arena: the delivery itself, the recipient's configuration and slots (flash on a device), fixed tables, the
 * report of effects, the machine's stack (bounded: nothing recurses), and the working memory of the cryptographic
 * library.
 *
 * @module
 */

import type { Crypto } from '../../cose/crypto.ts';
import { nodeCrypto } from '../../cose/node-crypto.ts';
import type { Cost, Decision } from '../../device/decision.ts';
import type { Delivery, DeliveryEvent, Payload } from '../../device/delivery.ts';
import { type Recipient, stateOf } from '../../device/recipient.ts';
import { type Reason, reasons } from '../../suit/stage.ts';
import type { Session, Verifier } from '../verifier.ts';
import { Arena } from './arena.ts';
import { authenticate } from './authenticate.ts';
import { claims } from './claims.ts';
import { stateAfter } from './commit.ts';
import { readComponents } from './components.ts';
import { decodeEnvelope } from './envelope.ts';
import { bindManifest, readCommon, readManifest } from './manifest.ts';
import { runProcedure } from './procedure.ts';
import { field, get, type Run, startRun } from './run.ts';
import { checkSequences } from './sequences.ts';
import { checkPlainMembers, matchSevered } from './severable.ts';
import { stagedSlots } from './storage.ts';

export interface BoundedOptions {
  /** The ceiling of its working memory. */
  readonly arenaBytes?: number;
  /** Larger envelopes are refused before a byte of them is read. */
  readonly maxEnvelopeBytes?: number;
  /** Heads of data items that it reads, and KiB that it moves or hashes, in one delivery before it gives up. */
  readonly maxSteps?: number;
  /** For measuring; default: node:crypto. */
  readonly crypto?: Crypto;
}

export const defaultArenaBytes = 4096;
export const defaultMaxSteps = 100_000;

export function boundedVerifier(options: BoundedOptions = {}): Verifier {
  const fixed = fixedFor(options);
  return { hello: () => claims, open: (recipient) => openSession(recipient, fixed) };
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
  runProcedure,
];

/** The same without cryptography and without running anything, to measure what parsing costs. */
const parseSteps: readonly Step[] = steps.filter(
  (step) => ![authenticate, bindManifest, matchSevered, runProcedure].includes(step),
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
  const fixed = fixedFor(options);
  return (bytes) => {
    const run = begin(fixed, { recipient, bytes, event: 'update', payloads: [] });
    const reason = run === undefined ? 'limit-memory' : follow(run, parseSteps);
    return { cost: costOf(fixed.arena, run), ...(reason !== undefined && { reason }) };
  };
}

function openSession(given: Recipient, fixed: Fixed): Session {
  let recipient = given;
  return {
    deliver({ envelope, event, payloads }: Delivery): Decision {
      const bytes = envelope ?? (event === 'boot' ? recipient.installed : undefined);
      if (bytes === undefined) {
        const nothing = { state: report(recipient), effects: [], cost: { highWaterBytes: 0, steps: 0 } };
        return rejected('state-conflict', 'there is no envelope', nothing);
      }
      if (envelope !== undefined && envelope.length > fixed.maxEnvelopeBytes) {
        const nothing = { state: report(recipient), effects: [], cost: { highWaterBytes: 0, steps: 0 } };
        return rejected('limit-size', `an envelope of ${envelope.length} bytes`, nothing);
      }
      const run = begin(fixed, { recipient, bytes, event, payloads });
      const reason = run === undefined ? 'limit-memory' : follow(run, steps);
      if (run !== undefined && reason === undefined) recipient = stateAfter(run);
      const known = {
        state: report(recipient),
        effects: run?.effects ?? [],
        cost: costOf(fixed.arena, run),
      };
      if (reason !== undefined) return rejected(reason, `at byte ${run?.at ?? 0}`, known);
      const isInvoked = run !== undefined && get(run, field.invoked) === 1;
      return { kind: 'accepted', level: isInvoked ? 'invoked' : 'installed', ...known };
    },
  };
}

/** What stays from one delivery to the next, of whichever session; the arena's content does not matter. */
interface Fixed {
  readonly arena: Arena;
  readonly maxEnvelopeBytes: number;
  readonly maxSteps: number;
  readonly crypto: Crypto;
}

function fixedFor(options: BoundedOptions): Fixed {
  const { arenaBytes = defaultArenaBytes, maxSteps = defaultMaxSteps, crypto = nodeCrypto } = options;
  const { maxEnvelopeBytes = Number.POSITIVE_INFINITY } = options;
  return { arena: new Arena(arenaBytes), maxEnvelopeBytes, maxSteps, crypto };
}

interface Brought {
  readonly recipient: Recipient;
  readonly bytes: Uint8Array;
  readonly event: DeliveryEvent;
  readonly payloads: readonly Payload[];
}

/** Undefined: the arena cannot even hold the parser and the fields. */
function begin(fixed: Fixed, brought: Brought): Run | undefined {
  const { arena, maxSteps, crypto } = fixed;
  const { recipient, bytes, event, payloads } = brought;
  const storage = stagedSlots(recipient);
  return startRun({ bytes, recipient, event, payloads, storage, effects: [], crypto, arena, maxSteps });
}

/** Why the delivery is refused; undefined: it is not. */
function follow(run: Run, todo: readonly Step[]): Reason | undefined {
  for (const step of todo) {
    if (!step(run)) break;
  }
  return run.reason;
}

function costOf({ highWater, wanted }: Arena, run: Run | undefined): Cost {
  const stepCount = run?.parser.steps ?? 0;
  return { highWaterBytes: highWater, steps: stepCount, ...(wanted > 0 && { wantedBytes: wanted }) };
}

function report(recipient: Recipient): NonNullable<Decision['state']> {
  const { sequenceNumber } = recipient;
  return { ...(sequenceNumber !== undefined && { sequenceNumber }), full: stateOf(recipient) };
}

type Known = Pick<Decision, 'state' | 'effects' | 'cost'>;

function rejected(reason: Reason, detail: string, known: Known): Decision {
  return { kind: 'rejected', stage: reasons[reason].stage, reason, detail, ...known };
}
