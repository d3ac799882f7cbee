import { describe, expect, it } from 'vitest';
import { historyAttacks } from '../attacks/histories.ts';
import { publicOf } from '../cose/key.ts';
import { buildScenario } from '../scenarios/build.ts';
import { scenarioFromEnvelope } from '../scenarios/given.ts';
import { givenReleases, whyNoHistory } from '../scenarios/given-releases.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { encode } from '../suit/parts.ts';
import { createBuiltin } from '../verifiers/builtins.ts';
import type { Host } from '../verifiers/host.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import type { Case } from './case.ts';
import { drawHistory } from './composed-cases.ts';
import { directHost } from './direct-host.ts';
import { sampleOne } from './scenario-pool.ts';
import { ControlCache, tryCase } from './trial.ts';
import type { Ruling } from './verdict.ts';

const arbitrary = arbitraryPlan({
  features: ['update', 'boot', 'flat', 'sign1-eddsa', 'installed-number'],
});

interface GivenOptions {
  readonly isPrivate: boolean;
  readonly hasPayloads?: boolean;
}

/** What a user would give of a generated scenario: an envelope, a key and the payloads. */
function given(seed: number, { isPrivate, hasPayloads = true }: GivenOptions): Scenario {
  const planned = buildScenario(sampleOne(arbitrary, seed));
  const key = planned.signers[0]?.key;
  if (key === undefined) throw new Error('nobody signed it');
  const payloads = planned.deliveries.flatMap(({ delivery }) =>
    delivery.payloads.flatMap((one) => (one.kind === 'bytes' ? [{ uri: one.uri, bytes: one.bytes }] : [])),
  );
  const scenario = scenarioFromEnvelope(encode(planned.release), {
    key: isPrivate ? key : publicOf(key),
    payloads: hasPayloads ? payloads : [],
  });
  return isPrivate ? scenario : { ...scenario, signers: [] };
}

/** Those among the first so many envelopes that histories can be made of. */
function envelopes(isPrivate: boolean): readonly Scenario[] {
  const all = Array.from({ length: 14 }, (_, seed) => given(seed, { isPrivate }));
  return all.filter((one) => whyNoHistory(one) === undefined);
}

const own = { withKey: envelopes(true), without: envelopes(false) };

const open = async (name: string): Promise<Host> => directHost(name, (await createBuiltin(name)) as Verifier);
const hosts = { reference: await open('reference'), bounded: await open('bounded') };

function histories(scenarios: readonly Scenario[], each: number): readonly Case[] {
  const drawn = scenarios.flatMap((scenario) =>
    Array.from({ length: each }, (_, i) => drawHistory(i, 3, scenario)),
  );
  return drawn.flatMap((one) => (one.kind === 'case' ? [one] : []));
}

async function judged(host: Host, cases: readonly Case[]): Promise<readonly Ruling[]> {
  const controls = new ControlCache();
  const rulings: Ruling[] = [];
  for (const one of cases) rulings.push((await tryCase(host, one, controls)).ruling);
  return rulings;
}

const faults = (cases: readonly Case[]): ReadonlySet<string> =>
  new Set(cases.flatMap(({ attacked }) => attacked.steps.flatMap(({ refusal }) => refusal?.fault ?? [])));

describe('histories of a user’s own envelope', () => {
  it.each([
    ['with its private key', own.withKey],
    ['without it', own.without],
  ])('are answered rightly by reference and bounded, %s', async (_, scenarios) => {
    expect(scenarios.length).toBeGreaterThan(6);
    const cases = histories(scenarios, 8);
    expect(cases.length).toBeGreaterThan(scenarios.length * 6);
    for (const host of Object.values(hosts)) {
      const rulings = await judged(host, cases);
      const right = ['proven', 'accepted', 'skipped'];
      expect(rulings.filter(({ verdict }) => !right.includes(verdict))).toEqual([]);
      expect(rulings.filter(({ verdict }) => verdict === 'proven').length).toBeGreaterThan(cases.length / 4);
    }
  });

  it('deliver nothing of the author’s but what was given, where the private key is not', () => {
    for (const scenario of own.without) {
      const trusted = encode(scenario.release);
      for (const { attacked, control } of histories([scenario], 12))
        for (const { must, delivery } of [...attacked.steps, ...control.steps])
          if (must !== 'reject') expect(delivery.envelope).toEqual(trusted);
    }
  });

  it('replay, forge and attack, cut the power and boot; older releases and other keys take the private key', () => {
    const [withKey, without] = [histories(own.withKey, 24), histories(own.without, 24)];
    expect([...faults(withKey)]).toEqual(
      expect.arrayContaining(['older-release', 'forged-release', 'revoked-key']),
    );
    expect([...faults(without)]).toEqual(expect.arrayContaining(['forged-release']));
    expect(faults(without)).not.toContain('older-release');
    for (const cases of [withKey, without]) {
      const steps = cases.flatMap(({ attacked }) => attacked.steps);
      expect(steps.some(({ delivery }) => delivery.powerCut !== undefined)).toBe(true);
      expect(steps.some(({ delivery }) => delivery.event === 'boot')).toBe(true);
      expect([...faults(cases)].some((fault) => /^[a-z]+\./.test(fault))).toBe(true);
    }
  });

  it.each([
    ['zoo:never-checks-sequence', own.withKey],
    ['zoo:keeps-no-journal', own.withKey],
    ['zoo:commits-before-authentication', own.without],
  ])('catch %s', async (name, scenarios) => {
    const rulings = await judged(await open(name), histories(scenarios, 16));
    expect(rulings.filter(({ verdict }) => verdict === 'failed').length).toBeGreaterThan(0);
  });
});

describe('an envelope of which no history can be told', () => {
  it('is told why: payloads that the device was only assumed to hold', () => {
    const reasons = Array.from({ length: 14 }, (_, seed) => whyNoHistory(given(seed, { isPrivate: true })));
    const refused = reasons.flatMap((reason, seed) => (reason === undefined ? [] : [{ reason, seed }]));
    expect(refused.length).toBeGreaterThan(0);
    for (const { seed } of refused) {
      const scenario = given(seed, { isPrivate: true });
      expect(givenReleases(scenario)).toBeUndefined();
      for (const attack of historyAttacks)
        expect(attack.apply(scenario, [{ do: 'update', gap: '1' }])).toBeUndefined();
    }
  });
});
