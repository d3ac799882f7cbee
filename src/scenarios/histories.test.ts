import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../cbor/hex.ts';
import type { Outcome } from '../device/outcome.ts';
import type { RecipientState } from '../device/recipient.ts';
import { judgeControl } from '../harness/judge.ts';
import { partsOf } from '../suit/parts.ts';
import { readManifest } from '../suit/read.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { zoo } from '../verifiers/zoo/zoo.ts';
import { buildScenario } from './build.ts';
import { inAnyOrder } from './parallel.ts';
import { arbitraryPlan, type PlanOptions } from './plan-arbitrary.ts';
import { interrupted } from './resume.ts';
import { type Scenario, type ScenarioDelivery, step } from './scenario.ts';
import { amongOthers } from './select.ts';

const sample = (options: PlanOptions, numRuns = 120): readonly Scenario[] =>
  fc.sample(arbitraryPlan(options), { numRuns, seed: 23 }).map(buildScenario);

async function outcomesOf(
  { recipient, deliveries }: Scenario,
  verifier: Verifier,
): Promise<readonly Outcome[]> {
  const session = await verifier.open(recipient);
  const outcomes: Outcome[] = [];
  for (const { delivery } of deliveries) outcomes.push(await session.deliver(delivery));
  return outcomes;
}

/** Notes of the rulings that are no acceptance. */
async function complaints(
  scenarios: readonly Scenario[],
  verifier = referenceVerifier(),
): Promise<readonly string[]> {
  const claims = await verifier.hello();
  const notes: string[] = [];
  for (const scenario of scenarios) {
    const run = { recipient: scenario.recipient, steps: scenario.deliveries.map((one) => step(one)) };
    const ruling = judgeControl(run, await outcomesOf(scenario, verifier), claims);
    if (ruling.verdict !== 'accepted') notes.push(ruling.note);
  }
  return notes;
}

const animal = (id: string): Verifier => zoo.find((one) => one.id === id)?.create() as Verifier;

describe('valid.resume', () => {
  it('is accepted by the reference with the state expected, also beside an earlier release', async () => {
    for (const features of [
      ['resume'],
      ['resume', 'earlier'],
      ['resume', 'swap'],
      ['resume', 'load'],
    ] as const) {
      expect(await complaints(sample({ features }, 60))).toEqual([]);
    }
  });

  it('is cut before the commit mark, after it, and not at all', async () => {
    const kinds = new Set<string>();
    for (const scenario of sample({ family: 'valid.resume' }, 60)) {
      expect(scenario.deliveries[0]?.delivery.powerCut).toBeDefined();
      const outcomes = await outcomesOf(scenario, referenceVerifier());
      for (const { kind } of outcomes.slice(0, -1)) kinds.add(kind);
    }
    expect([...kinds].sort()).toEqual(['accepted', 'interrupted']);
  });

  it('is not accepted of one that keeps no journal', async () => {
    expect(
      await complaints(sample({ features: ['resume', 'swap'] }), animal('keeps-no-journal')),
    ).not.toEqual([]);
  });
});

describe('an earlier release', () => {
  it('is in place, stored, older, and boots', async () => {
    for (const scenario of sample({ features: ['earlier'] }, 40)) {
      const { recipient, plan, deliveries } = scenario;
      const read = partsOf(recipient.installed as Uint8Array);
      const manifest = read.ok ? readManifest(read.parts.manifest) : undefined;
      expect(manifest?.ok && manifest.manifest.sequenceNumber).toBe(recipient.sequenceNumber);
      expect(recipient.sequenceNumber).toBeLessThan(BigInt(plan?.sequence.offered ?? 0));
      expect(
        equalBytes(recipient.installed as Uint8Array, deliveries[0]?.after.installed as Uint8Array),
      ).toBe(false);
      const session = await referenceVerifier().open(recipient);
      expect(await session.deliver({ event: 'boot', payloads: [] })).toMatchObject({ level: 'invoked' });
    }
  });
});

describe('valid.select', () => {
  it('is accepted by the reference with the right one', async () => {
    expect(await complaints(sample({ family: 'valid.select' }))).toEqual([]);
  });

  it('offers several envelopes in some delivery', () => {
    const offered = sample({ family: 'valid.select' }, 40).map(({ deliveries }) =>
      deliveries.map(({ delivery }) => delivery.candidates?.length ?? 0),
    );
    expect(offered.every((counts) => Math.max(...counts) >= 1)).toBe(true);
    expect(offered.some((counts) => counts.length > 1 && (counts[1] ?? 0) > 0)).toBe(true);
  });

  it('is not accepted of one that takes the first', async () => {
    expect(
      await complaints(sample({ family: 'valid.select' }), animal('runs-the-first-at-hand')),
    ).not.toEqual([]);
  });
});

describe('valid.serial', () => {
  it('comes to the same on serial, parallel and other interpreters', async () => {
    const scenarios = sample({ family: 'valid.serial' });
    expect(new Set(scenarios.map(({ recipient }) => recipient.processing)).size).toBe(2);
    expect(await complaints(scenarios)).toEqual([]);
    for (const processing of ['serial', 'parallel', undefined] as const) {
      const others = scenarios.map(({ recipient: { processing: _was, ...recipient }, ...rest }) => ({
        ...rest,
        recipient: { ...recipient, ...(processing && { processing }) },
      }));
      expect(await complaints(others)).toEqual([]);
    }
  });
});

describe('interrupted', () => {
  const state = (sequenceNumber: bigint): RecipientState => ({ sequenceNumber, contents: [] });
  const count = (event: 'update' | 'boot', from: RecipientState): ScenarioDelivery => ({
    delivery: { event, payloads: [] },
    after: state((from.sequenceNumber ?? 0n) + 1n),
    level: 'installed',
    invokes: [],
  });
  const cut = { step: 1, when: 'torn' } as const;

  it('knows every state that each delivery may leave', () => {
    const made = interrupted(
      [{ event: 'update', cut }, { event: 'boot', cut }, { event: 'update' }],
      state(0n),
      count,
    );
    const numbers = made.map(({ after, alsoAfter = [] }) =>
      [after, ...alsoAfter].map((one) => one.sequenceNumber),
    );
    expect(numbers.map((list) => list.toSorted())).toEqual([[1n], [1n, 2n], [1n, 2n, 3n]]);
    expect(made.map(({ delivery }) => delivery.powerCut)).toEqual([cut, cut, undefined]);
  });

  it('knows of one state where nothing is cut', () => {
    const made = interrupted([{ event: 'update' }, { event: 'update' }], state(0n), count);
    expect(made.map(({ after, alsoAfter }) => [after.sequenceNumber, alsoAfter])).toEqual([
      [1n, undefined],
      [2n, undefined],
    ]);
  });
});

describe('amongOthers', () => {
  const [right, a, b] = [Uint8Array.of(9), Uint8Array.of(1), Uint8Array.of(2)];
  const delivery = { event: 'update', payloads: [], envelope: right } as const;

  it('puts the right one into its place', () => {
    expect(amongOthers(delivery, [a, b], 0)).toMatchObject({ envelope: right, candidates: [a, b] });
    expect(amongOthers(delivery, [a, b], 2)).toMatchObject({ envelope: a, candidates: [b, right] });
    expect(amongOthers(delivery, [a], 3)).toMatchObject({ envelope: a, candidates: [right] });
    expect(amongOthers(delivery, [], 1)).toBe(delivery);
  });

  it('leaves a stored one in storage', () => {
    expect(amongOthers({ event: 'boot', payloads: [] }, [a], 0)).toEqual({
      event: 'boot',
      payloads: [],
      candidates: [a],
    });
  });
});

describe('inAnyOrder', () => {
  it('leaves alone what selects one component at a time', () => {
    const commands = [{ kind: 'setComponentIndex', index: 1n } as const];
    expect(inAnyOrder(commands)).toBe(commands);
  });
});
