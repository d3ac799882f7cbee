/**
 * A case as an entry of a static suite: what is to be delivered, in which order and to whom, and what must come of it,
 * for those who answer it without this program.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { Expectation } from '../attacks/attack.ts';
import { toHex } from '../cbor/hex.ts';
import type { Level } from '../device/delivery.ts';
import { extrasOf } from '../device/delivery.ts';
import type { Content, Recipient, RecipientState } from '../device/recipient.ts';
import { extensionsOf } from '../device/recipient.ts';
import { isHistory, type Needs, type Run, type RunStep } from '../scenarios/scenario.ts';
import { cite } from '../suit/clause.ts';
import type { Case } from './case.ts';
import { type CaseFile, caseDigest, caseToFile } from './finding.ts';
import { isUnchanged, livenessOf, sessionsOf } from './trial.ts';

/** An entry of index.json (docs/schemas/vectors). */
export interface Vector {
  /** The attack's or family's id and a digest of the case: the same bytes have the same one in every version. */
  readonly id: string;
  /** Path of the stored case within the suite. */
  readonly file: string;
  /** Of that file. */
  readonly sha256: string;
  readonly attack: string;
  readonly family: string;
  /** What is changed, or what is valid, in a sentence. */
  readonly change: string;
  readonly strength: Expectation['strength'];
  readonly clause: string;
  readonly flags: readonly string[];
  /** What a verifier must claim, else the case is skipped. */
  readonly needs: Needs & { readonly extras: readonly string[] };
  /** One after the other, each begun with a fresh recipient. */
  readonly sessions: readonly VectorSession[];
}

export interface VectorSession {
  /** JSON pointer into the stored case, as `at`. */
  readonly recipient: string;
  readonly deliveries: readonly VectorDelivery[];
}

export interface VectorDelivery {
  readonly at: string;
  readonly expected: VectorExpectation;
}

/** `either`: the answer is free. `interrupted`: also allowed where the delivery's power cut came first. */
export interface VectorExpectation {
  readonly outcome: 'accepted' | 'rejected' | 'either';
  readonly interrupted?: true;
  /** Of an acceptance: as far as it can come. */
  readonly level?: Level;
  /** Of a rejection: what should notice it, and the reasons that prove it, the primary one first. */
  readonly stage?: string;
  readonly reasons?: readonly string[];
  /** The end state; after a rejection that came before anything was executed everything is as it was. */
  readonly state?: 'unchanged' | VectorState;
  /** Other end states that are right as well. */
  readonly orStates?: readonly VectorState[];
}

export interface VectorState {
  readonly sequenceNumber?: string;
  /** Current slot of each component of the recipient; `unknown`: its bytes are nowhere. */
  readonly components: readonly (null | 'unknown' | { readonly sha256: string; readonly size: string })[];
}

/** The case without what it was generated from, and its entry. */
export function vectorOf(drawn: Case): { readonly vector: Vector; readonly text: string } {
  const { plan: _plan, ...one } = drawn;
  const file: CaseFile = caseToFile(one);
  const text = `${JSON.stringify(file)}\n`;
  const { attack, expect, needs } = one;
  const id = `${attack.id}-${caseDigest(file)}`;
  const runs = [one.control, one.attacked];
  return {
    text,
    vector: {
      id,
      file: `cases/${attack.family}/${id}.json`,
      sha256: createHash('sha256').update(text).digest('hex'),
      attack: attack.id,
      family: attack.family,
      change: attack.change,
      strength: isUnchanged(one) ? 'must-accept' : expect.strength,
      clause: cite(expect.clause),
      flags: flagsOf(one),
      needs: {
        ...needs,
        extensions: [...new Set([...(needs.extensions ?? []), ...recipientsOf(runs).flatMap(extensionsOf)])],
        extras: [...new Set(runs.flatMap(({ steps }) => steps.flatMap((step) => extrasOf(step.delivery))))],
      },
      sessions: vectorSessions(one),
    },
  };
}

/** What is to be answered, in order: the control, then what is judged. */
export function caseSessions(one: Case): readonly Run[] {
  const control = sessionsOf(one.control);
  if (isUnchanged(one)) return control;
  const more = isHistory(one.attacked) ? [] : livenessOf(one);
  return [...control, ...sessionsOf(one.attacked, more)];
}

function vectorSessions(one: Case): readonly VectorSession[] {
  const { control, attacked } = one;
  const ofControl = sessionsOf(control).length;
  return caseSessions(one).map(({ recipient, steps }, i): VectorSession => {
    const isControl = i < ofControl;
    return {
      recipient: recipientPointer(one, isControl, recipient, steps[0]),
      deliveries: steps.map((step) => {
        const inControl = control.steps.indexOf(step);
        const at = inControl >= 0 ? ['control', inControl] : ['attacked', attacked.steps.indexOf(step)];
        const expected = expectedOf(step, step.must === 'judged' ? one.expect : undefined, recipient);
        return { at: `/${at[0]}/steps/${at[1]}/delivery`, expected };
      }),
    };
  });
}

function recipientPointer(
  { control, attacked }: Case,
  isControl: boolean,
  recipient: Recipient,
  first: RunStep | undefined,
): string {
  const run = isControl ? control : attacked;
  const name = isControl ? 'control' : 'attacked';
  if (first?.on === recipient) return `/${name}/steps/${run.steps.indexOf(first)}/on`;
  return attacked.recipient === control.recipient ? '/control/recipient' : `/${name}/recipient`;
}

function expectedOf(step: RunStep, expect: Expectation | undefined, recipient: Recipient): VectorExpectation {
  const cut = step.delivery.powerCut && ({ interrupted: true } as const);
  if (step.must === 'either' || expect?.strength === 'policy') return { outcome: 'either', ...cut };
  if (step.must === 'accept' || expect?.strength === 'must-accept') {
    const { level, after, alsoAfter } = step;
    const state = (one: RecipientState): VectorState => stateIn(one, recipient);
    return {
      outcome: 'accepted',
      ...cut,
      level,
      ...(after && { state: state(after) }),
      ...(alsoAfter && { orStates: alsoAfter.map(state) }),
    };
  }
  const { stage, reasons } = expect ?? step.refusal ?? {};
  return {
    outcome: 'rejected',
    ...cut,
    ...(stage && { stage }),
    ...(reasons && { reasons }),
    state: 'unchanged',
  };
}

function stateIn({ sequenceNumber, contents }: RecipientState, { components }: Recipient): VectorState {
  return {
    ...(sequenceNumber !== undefined && { sequenceNumber: sequenceNumber.toString() }),
    components: components.map(({ current }, c) => contentIn(contents[c]?.[current] ?? { kind: 'empty' })),
  };
}

function contentIn(content: Content): VectorState['components'][number] {
  if (content.kind === 'empty') return null;
  if (content.kind === 'assumed') return 'unknown';
  const sha256 = toHex(createHash('sha256').update(content.bytes).digest());
  return { sha256, size: String(content.bytes.length) };
}

function recipientsOf(runs: readonly Run[]): readonly Recipient[] {
  return runs.flatMap(({ recipient, steps }) => [recipient, ...steps.flatMap(({ on }) => on ?? [])]);
}

function flagsOf(one: Case): readonly string[] {
  const { control, attacked, expect } = one;
  const recipients = recipientsOf([control, attacked]);
  const steps = caseSessions(one).flatMap((session) => session.steps);
  const contents = recipients.flatMap(({ components }) => components.flatMap(({ slots }) => slots));
  const flags: Readonly<Record<string, boolean>> = {
    valid: isUnchanged(one),
    history: !isUnchanged(one) && isHistory(attacked),
    boot: steps.some(({ delivery }) => delivery.event === 'boot'),
    'several-deliveries': attacked.steps.length > 1,
    'several-sessions': sessionsOf(attacked).length > 1,
    'changed-device': attacked.recipient !== control.recipient,
    'then-valid': !isUnchanged(one) && !isHistory(attacked) && livenessOf(one).length > 0,
    'symmetric-key': recipients.some(({ anchors }) => anchors.some(({ key }) => key.kty === 'Symmetric')),
    'assumed-content': contents.some(({ kind }) => kind === 'assumed'),
    'late-detection-fails': expect.lateDetection ?? false,
    'may-vary': expect.varies ?? false,
  };
  return Object.keys(flags).filter((name) => flags[name]);
}
