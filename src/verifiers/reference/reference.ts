/**
 * The reference verifier: a table of contents of draft-ietf-suit-manifest-37.
 *
 * It reads a delivery in the draft's processing order. Each step, each rule and each port can be replaced by
 * itself; the zoo's animals and the library variants are made so.
 *
 * @module
 */
import type { Decision } from '../../device/decision.ts';
import type { Delivery } from '../../device/delivery.ts';
import type { Recipient } from '../../device/recipient.ts';
import { powerFor } from '../../device/storage.ts';
import type { Problem } from '../../suit/problem.ts';
import { reasons } from '../../suit/stage.ts';
import type { Session, Verifier } from '../verifier.ts';
import { authenticate } from './authenticate.ts';
import { claimsOf } from './claims.ts';
import { checkComponents } from './components.ts';
import { bindManifest } from './digest.ts';
import { decodeEnvelope } from './envelope.ts';
import { checkSequence, checkStructure, checkVersion, openManifest } from './manifest.ts';
import { meddledWith } from './meddling.ts';
import { defaultPorts, type Ports } from './ports.ts';
import { commit, runProcedure } from './procedure.ts';
import { reportState } from './report-state.ts';
import { defaultRules, type Rules } from './rules.ts';
import { envelopesAtHand, noEnvelope, type Processed, process } from './select.ts';
import { readSequences } from './sequence.ts';
import { collectElements } from './severed.ts';
import { emptyJournal } from './storage.ts';
import { type Device, defaultLimits, type Limits, type Step, startWork, type Work } from './work.ts';

/** The draft's order of processing. */
export const defaultSteps: readonly Step[] = [
  { name: 'decode envelope (§8.2)', run: decodeEnvelope },
  { name: 'authenticate (§6.2, §8.3)', run: authenticate },
  { name: 'bind manifest to digest (§8.3)', run: bindManifest },
  { name: 'open manifest (§8.4)', run: openManifest },
  { name: 'version (§6.1, §8.4.1)', run: checkVersion, selects: true },
  { name: 'sequence number (§6.1, §8.4.2)', run: checkSequence, selects: true },
  { name: 'structure (§8.4)', run: checkStructure },
  { name: 'components (§6.2, §8.4.5)', run: checkComponents },
  { name: 'severed members (§8.4.12, §8.6)', run: collectElements },
  { name: 'command sequences (§8.4.6)', run: readSequences },
  { name: 'procedure (§6.4, §8.4.6)', run: runProcedure },
  { name: 'commit (§6.3.1, §8.4.2)', run: commit },
];

export interface VerifierOptions {
  readonly name?: string;
  readonly rules?: Partial<Rules>;
  readonly ports?: Partial<Ports>;
  readonly limits?: Partial<Limits>;
  /** Replaces, moves or leaves out steps. */
  readonly steps?: (steps: readonly Step[]) => readonly Step[];
}

export const referenceVerifier = (): Verifier => createVerifier();

export function createVerifier(options: VerifierOptions = {}): Verifier {
  const tools: Tools = {
    rules: { ...defaultRules, ...options.rules },
    ports: { ...defaultPorts, ...options.ports },
    limits: { ...defaultLimits, ...options.limits },
    steps: options.steps?.(defaultSteps) ?? defaultSteps,
  };
  return {
    hello: () => claimsOf(options.name ?? 'reference'),
    open: (recipient) => openSession(tools, recipient),
  };
}

interface Tools extends Pick<Work, 'rules' | 'ports' | 'limits'> {
  readonly steps: readonly Step[];
}

function openSession(tools: Tools, recipient: Recipient): Session {
  const device: Device = { recipient, begun: 0, leftover: [], journal: emptyJournal, power: powerFor() };
  return {
    deliver(delivery) {
      device.power = powerFor(delivery.powerCut);
      const decision = deliver(tools, device, delivery);
      return decision instanceof Promise
        ? decision.then((late) => outlive(device, late))
        : outlive(device, decision);
    },
  };
}

/** The decision, if there is still power to report it. */
function outlive(device: Device, decision: Decision): Decision {
  if (!device.power.isOut) return decision;
  // Whatever it came to was lost with the working memory.
  device.leftover = [];
  return { kind: 'interrupted', storageSteps: device.power.steps };
}

function deliver(tools: Tools, device: Device, delivery: Delivery): Decision | Promise<Decision> {
  const { rules, ports, limits } = tools;
  device.begun += 1;
  // Draft §6.3.1: before anything else, what an interrupted delivery left.
  ports.storage.recover(device);
  const shared = { rules, ports, limits, device, delivery, effects: [], meter: { steps: 0 } };
  const start = (bytes: Uint8Array): Work => startWork(shared, bytes);
  const [first, ...candidates] = envelopesAtHand(delivery, device.recipient);
  if (first === undefined) return decide(start(new Uint8Array(0)), noEnvelope);
  const buffer = delivery.bufferChange || delivery.bufferComponent ? first.slice() : first;
  const others = { buffer, deliver: (one: Delivery) => deliver(tools, device, one) };
  const steps = meddledWith(tools.steps, delivery, others);
  const processed = process([start(buffer), ...candidates.map(start)], steps);
  return processed instanceof Promise ? processed.then(decideOn) : decideOn(processed);
}

function decideOn({ work, problem }: Processed): Decision {
  return decide(work, problem);
}

function decide(work: Work, problem: Problem | undefined): Decision {
  const known = {
    state: reportState(work.device.recipient, work.ports.crypto),
    effects: work.effects,
    ...(work.records.length > 0 && { records: work.records }),
    cost: { steps: work.meter.steps },
  };
  if (problem === undefined)
    return { kind: 'accepted', level: work.invoked ? 'invoked' : 'installed', ...known };
  const { reason, message, offset } = problem;
  const detail = offset === undefined ? message : `${message} (at byte ${offset})`;
  return { kind: 'rejected', stage: reasons[reason].stage, reason, detail, ...known };
}
