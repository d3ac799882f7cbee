import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../device/decision.ts';
import { differences } from '../../device/state.ts';
import { unclaimed } from '../../harness/claims-fit.ts';
import { buildScenario } from '../../scenarios/build.ts';
import { arbitraryPlan } from '../../scenarios/plan-arbitrary.ts';
import type { Scenario, ScenarioDelivery } from '../../scenarios/scenario.ts';
import type { Session } from '../verifier.ts';
import { boundedVerifier } from './bounded.ts';
import { claims } from './claims.ts';

const built = new Map<number, readonly Scenario[]>();

/** Those that need nothing which it does not claim; made once in a process, for a run of mutants asks again and again. */
function scenarios(count: number, seed: number): readonly Scenario[] {
  const known = built.get(seed) ?? build(count, seed);
  built.set(seed, known);
  return known;
}

function build(count: number, seed: number): readonly Scenario[] {
  const all = fc.sample(arbitraryPlan(), { numRuns: count, seed }).map(buildScenario);
  const claimed = all.filter(({ needs }) => unclaimed(claims, needs).length === 0);
  expect(claimed.length).toBeGreaterThan(count / 3);
  return claimed;
}

function open({ recipient }: Scenario, arenaBytes?: number): Session {
  return boundedVerifier(arenaBytes === undefined ? {} : { arenaBytes }).open(recipient) as Session;
}

/** The decisions on a scenario's deliveries, up to the first that is refused. */
function decisionsOn(scenario: Scenario, arenaBytes?: number): readonly Decision[] {
  const session = open(scenario, arenaBytes);
  const decisions: Decision[] = [];
  for (const { delivery } of scenario.deliveries) {
    const decision = session.deliver(delivery) as Decision;
    decisions.push(decision);
    if (decision.kind === 'rejected') break;
  }
  return decisions;
}

function expectAccepted({ level, after, invokes }: ScenarioDelivery, decision: Decision): void {
  expect(decision).toMatchObject({ kind: 'accepted', level });
  expect(differences(after, decision.state!.full!)).toEqual([]);
  const invoked = decision.effects!.flatMap((effect) => (effect.kind === 'invoke' ? [effect.component] : []));
  expect(invoked).toEqual(invokes);
}

describe('the bounded verifier and valid scenarios', () => {
  it('accepts each, with the state it must end in', () => {
    for (const scenario of scenarios(300, 3)) {
      const decisions = decisionsOn(scenario);
      expect(decisions.length).toBe(scenario.deliveries.length);
      for (const [i, delivery] of scenario.deliveries.entries()) expectAccepted(delivery, decisions[i]!);
    }
  });

  it('in a small arena accepts each, or refuses it for lack of memory', () => {
    const counts = { accepted: 0, refused: 0 };
    for (const scenario of scenarios(300, 4)) {
      const decisions = decisionsOn(scenario, 400);
      for (const [i, decision] of decisions.entries()) {
        const delivery = scenario.deliveries[i]!;
        if (decision.kind === 'accepted') {
          expectAccepted(delivery, decision);
          counts.accepted += 1;
          continue;
        }
        expect(decision).toMatchObject({ stage: 'resource', reason: 'limit-memory' });
        expect(decision.cost!.wantedBytes!).toBeGreaterThan(400);
        const before = scenario.deliveries[i - 1]?.after ?? scenario.recipient;
        expect(decision.state!.full!.sequenceNumber).toBe(before.sequenceNumber);
        counts.refused += 1;
      }
    }
    expect(counts.accepted).toBeGreaterThan(50);
    expect(counts.refused).toBeGreaterThan(50);
  });

  it('follows the bytes it wants from nothing to exactly its high-water mark', () => {
    for (const scenario of scenarios(40, 5)) {
      const [roomy] = decisionsOn(scenario);
      let arenaBytes = 0;
      let steps = 0;
      let [decision] = decisionsOn(scenario, 0);
      while (decision!.kind === 'rejected') {
        expect(decision!.reason).toBe('limit-memory');
        const { wantedBytes, highWaterBytes } = decision!.cost!;
        expect(wantedBytes!).toBeGreaterThan(arenaBytes);
        expect(highWaterBytes!).toBeLessThanOrEqual(arenaBytes);
        // With what it wanted, it comes further.
        expect(decision!.cost!.steps!).toBeGreaterThanOrEqual(steps);
        arenaBytes = wantedBytes!;
        steps = decision!.cost!.steps!;
        [decision] = decisionsOn(scenario, arenaBytes);
      }
      expect(decision!.cost).toEqual(roomy!.cost);
      expect(arenaBytes).toBe(roomy!.cost!.highWaterBytes);
      expect(decisionsOn(scenario, arenaBytes - 4)[0]).toMatchObject({ reason: 'limit-memory' });
    }
  });
});
