/**
 * A host that answers from a file: decisions that were made elsewhere, replayed to the judge.
 *
 * @module
 */
import type { Delivery } from '../device/delivery.ts';
import { decisionFromJson } from '../device/json.ts';
import { isDecision, type Outcome } from '../device/outcome.ts';
import type { Recipient } from '../device/recipient.ts';
import { jsonSchema } from '../json-schema.ts';
import type { Host } from '../verifiers/host.ts';
import { validateDecision } from '../verifiers/transports/validate-decision.ts';
import type { Claims } from '../verifiers/verifier.ts';
import type { Case } from './case.ts';
import { caseSessions } from './vector.ts';

/** A decision as the process protocol has it, or how the verifier ended; sessions from 1, deliveries from 0. */
export interface RecordedAnswer {
  readonly session: number;
  readonly id: number;
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface RecordedCase {
  readonly id: string;
  /** As loaded: its recipients and deliveries tell whose trial it is. */
  readonly case: Case;
  /** Absent: nobody answered. */
  readonly answers?: readonly RecordedAnswer[];
}

export interface RecordedHost extends Host {
  /** Ids of the cases that an answer was wanted for and is not there. */
  missing(): readonly string[];
}

export function recordedHost(spec: string, claims: Claims, cases: readonly RecordedCase[]): RecordedHost {
  const byRecipient = new Map<Recipient, Recorded[]>();
  for (const one of cases)
    for (const [i, { recipient, steps }] of caseSessions(one.case).entries()) {
      const of = byRecipient.get(recipient) ?? [];
      byRecipient.set(recipient, of);
      of.push({ of: one, session: i + 1, deliveries: steps.map(({ delivery }) => delivery) });
    }
  const missing = new Set<string>();
  return {
    spec,
    claims,
    depth: 1,
    async trial(recipient, deliveries) {
      const found = byRecipient.get(recipient)?.find((one) => beginsWith(one.deliveries, deliveries));
      // What is asked of a verifier without a memory, and is no session of the suite.
      if (found === undefined)
        return [{ kind: 'unsupported', feature: 'deliveries apart from their session' }];
      const outcomes = replayed(found, deliveries.length);
      if (outcomes.some(isMissing)) missing.add(found.of.id);
      return outcomes;
    },
    missing: () => [...missing],
    close: async () => {},
  };
}

interface Recorded {
  readonly of: RecordedCase;
  readonly session: number;
  readonly deliveries: readonly Delivery[];
}

/** By identity: equal cases have answers of their own. */
function beginsWith(all: readonly Delivery[], first: readonly Delivery[]): boolean {
  return first.length <= all.length && first.every((one, i) => one === all[i]);
}

/** Up to the first that is no decision. */
function replayed({ of, session }: Recorded, count: number): readonly Outcome[] {
  const outcomes: Outcome[] = [];
  for (let id = 0; id < count; id++) {
    const answers = (of.answers ?? []).filter((one) => one.session === session && one.id === id);
    const outcome = outcomeOf(answers);
    outcomes.push(outcome);
    if (!isDecision(outcome)) break;
  }
  return outcomes;
}

const noAnswer = 'there is no answer to this delivery';

function isMissing(outcome: Outcome): boolean {
  return outcome.kind === 'crashed' && outcome.notRun === true;
}

function outcomeOf([answer, ...others]: readonly RecordedAnswer[]): Outcome {
  if (answer === undefined) return { kind: 'crashed', error: noAnswer, notRun: true };
  if (others.length > 0)
    return { kind: 'protocol-error', error: `${others.length + 1} answers to one delivery` };
  const { error, afterMs } = answer;
  if (answer.kind === 'crashed')
    return { kind: 'crashed', error: typeof error === 'string' ? error : 'crashed' };
  if (answer.kind === 'hung') return { kind: 'hung', afterMs: typeof afterMs === 'number' ? afterMs : 0 };
  const wrong = jsonSchema('decision').check({ ...answer, type: 'decision' });
  if (wrong !== undefined) return { kind: 'protocol-error', error: wrong };
  const checked = validateDecision(decisionFromJson(answer));
  return checked.kind === 'ok' ? checked.value : { kind: 'protocol-error', error: checked.error };
}
