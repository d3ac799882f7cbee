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
import { bad, type Problem } from '../../suit/problem.ts';
import { reasons } from '../../suit/stage.ts';
import type { Session, Verifier } from '../verifier.ts';
import { authenticate } from './authenticate.ts';
import { claimsOf } from './claims.ts';
import { checkComponents } from './components.ts';
import { bindManifest } from './digest.ts';
import { decodeEnvelope } from './envelope.ts';
import { checkSequence, checkStructure, checkVersion, openManifest } from './manifest.ts';
import { defaultPorts, type Ports } from './ports.ts';
import { commit, runProcedure } from './procedure.ts';
import { reportState } from './report-state.ts';
import { defaultRules, type Rules } from './rules.ts';
import { readSequences } from './sequence.ts';
import { collectElements } from './severed.ts';
import { type Device, defaultLimits, type Limits, type Step, startWork, type Work } from './work.ts';

/** The draft's order of processing. */
export const defaultSteps: readonly Step[] = [
  { name: 'decode envelope (§8.2)', run: decodeEnvelope },
  { name: 'authenticate (§6.2, §8.3)', run: authenticate },
  { name: 'bind manifest to digest (§8.3)', run: bindManifest },
  { name: 'open manifest (§8.4)', run: openManifest },
  { name: 'version (§6.1, §8.4.1)', run: checkVersion },
  { name: 'sequence number (§6.1, §8.4.2)', run: checkSequence },
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
  const device: Device = { recipient, leftover: [] };
  return { deliver: (delivery) => deliver(tools, device, delivery) };
}

function deliver(tools: Tools, device: Device, delivery: Delivery): Decision | Promise<Decision> {
  const { rules, ports, limits } = tools;
  const stored = delivery.event === 'boot' ? device.recipient.installed : undefined;
  const bytes = delivery.envelope ?? stored;
  const work = startWork({ rules, ports, limits, device, delivery, bytes: bytes ?? new Uint8Array(0) });
  if (bytes === undefined) return decide(work, bad('state-conflict', 'no envelope').problem);
  const problem = firstProblem(tools.steps, work);
  return problem instanceof Promise ? problem.then((late) => decide(work, late)) : decide(work, problem);
}

/** One step after the other. Only a step that waits makes the delivery wait: no step of the reference does. */
function firstProblem(steps: readonly Step[], work: Work): ReturnType<Step['run']> {
  for (const [i, step] of steps.entries()) {
    const problem = step.run(work);
    if (problem instanceof Promise)
      return problem.then((late) => late ?? firstProblem(steps.slice(i + 1), work));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function decide(work: Work, problem: Problem | undefined): Decision {
  const known = {
    state: reportState(work.device.recipient, work.ports.crypto),
    effects: work.effects,
    cost: { steps: work.meter.steps },
  };
  if (problem === undefined)
    return { kind: 'accepted', level: work.invoked ? 'invoked' : 'installed', ...known };
  const { reason, message, offset } = problem;
  const detail = offset === undefined ? message : `${message} (at byte ${offset})`;
  return { kind: 'rejected', stage: reasons[reason].stage, reason, detail, ...known };
}
