/**
 * Blind mutation, the generator to compare with: it knows bytes and nothing of manifests or keys.
 *
 * @module
 */
import fc from 'fast-check';
import { byteChanges, withChanges } from '../attacks/byte-change.ts';
import type { Delivery } from '../device/delivery.ts';
import type { Outcome } from '../device/outcome.ts';
import type { Recipient } from '../device/recipient.ts';
import { equalState } from '../device/state.ts';
import { buildScenario } from '../scenarios/build.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import type { Host } from '../verifiers/host.ts';
import { seedOf } from './scenario-pool.ts';

/** One delivery whose envelope was mutated; every `mutationsEach`th is the valid one untouched. */
export interface BlindCase {
  readonly recipient: Recipient;
  readonly delivery: Delivery;
}

const mutationsEach = 16;
const batchSize = 32;

/** Endless; the same seed draws the same cases. */
export function* blindCases(seed: number): Generator<BlindCase> {
  for (let round = 0; ; round++) {
    const [plan] = fc.sample(arbitraryPlan(), { seed: seedOf(seed, 'blind', round), numRuns: 1 });
    if (plan === undefined) return;
    const { recipient, deliveries } = buildScenario(plan);
    const first = deliveries[0]?.delivery;
    const envelope = first?.envelope;
    if (first === undefined || envelope === undefined) continue;
    yield { recipient, delivery: first };
    const changes = fc.sample(byteChanges(Math.max(0, envelope.length - 1)), {
      seed: seedOf(seed, 'mutant', round),
      numRuns: mutationsEach - 1,
    });
    for (const one of changes)
      yield { recipient, delivery: { ...first, envelope: withChanges(envelope, one) } };
  }
}

/**
 * Delivers blind cases until the verifier and the yardstick part: one accepts and the other does not, or both
 * accept and leave another state, or it dies. Returns the number of cases, and whether it was caught.
 */
export async function detectBlind(
  host: Host,
  cases: Iterable<BlindCase>,
  yardstick: BlindYardstick,
  options: { readonly most: number; readonly stop?: () => boolean },
): Promise<{ readonly caught: boolean; readonly cases: number }> {
  let delivered = 0;
  let batch: BlindCase[] = [];
  const parts = async (): Promise<boolean> => {
    const answers = batch.map((one) => host.trial(one.recipient, [one.delivery]));
    let found = false;
    for (const [i, one] of batch.entries()) {
      const [outcome] = (await answers[i]) ?? [];
      if (found) continue;
      delivered++;
      found = differ(outcome, await yardstick.answer(one));
    }
    batch = [];
    return found;
  };
  for (const one of cases) {
    batch.push(one);
    if (batch.length < batchSize && delivered + batch.length < options.most) continue;
    if (await parts()) return { caught: true, cases: delivered };
    if (delivered >= options.most || options.stop?.()) break;
  }
  return { caught: false, cases: delivered };
}

export class BlindYardstick {
  private readonly host: Host;
  private readonly known = new WeakMap<BlindCase, Promise<Outcome | undefined>>();

  constructor(host: Host) {
    this.host = host;
  }

  async answer(one: BlindCase): Promise<Outcome | undefined> {
    const known = this.known.get(one) ?? this.host.trial(one.recipient, [one.delivery]).then(([o]) => o);
    this.known.set(one, known);
    return known;
  }
}

function differ(outcome: Outcome | undefined, right: Outcome | undefined): boolean {
  if (outcome?.kind !== right?.kind) return true;
  if (outcome?.kind !== 'accepted' || right?.kind !== 'accepted') return false;
  const [state, wanted] = [outcome.state?.full, right.state?.full];
  return state !== undefined && wanted !== undefined && !equalState(state, wanted);
}
