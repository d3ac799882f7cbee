import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyAttack, Attack } from '../attacks/attack.ts';
import { catalogue } from '../attacks/catalogue.ts';
import { groupPairs, type PairChoice, pairAttack, pairAttacks, pairedGroups } from '../attacks/pairs.ts';
import { listReplayable, replayable } from '../attacks/replayable.ts';
import type { Signer } from '../cose/blocks.ts';
import { signersOf } from '../scenarios/authentication.ts';
import { releaseOf } from '../scenarios/build.ts';
import { scenarioFromEnvelope } from '../scenarios/given.ts';
import type { Plan } from '../scenarios/plan.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import { encode } from '../suit/parts.ts';
import { createVerifier, referenceVerifier } from '../verifiers/reference/reference.ts';
import { defaultRules } from '../verifiers/reference/rules.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { type Case, drawCase, isInapplicable, makeCase } from './case.ts';
import { drawIfPlanned, drawPair } from './composed-cases.ts';
import { asCase } from './corpus.ts';
import { directHost } from './direct-host.ts';
import { caseFromFile, caseToFile } from './finding.ts';
import { ScenarioPool } from './scenario-pool.ts';
import { casesOf } from './sequence.ts';
import { shrink } from './shrink.ts';
import { ControlCache, tryCase } from './trial.ts';

const [plainPlan] = fc.sample(arbitraryPlan({ family: 'valid.fetch', features: ['sign1', 'update'] }), {
  seed: 1,
  numRuns: 1,
}) as [Plan];
const plainKey = (signersOf(plainPlan.authentication)[0] as Signer).key;
const reference = await directHost('reference', referenceVerifier());
const attackOf = (id: string) => catalogue.find((one) => one.id === id) as AnyAttack;
const judged = (host: typeof reference, one: Case) =>
  tryCase(host, one, new ControlCache()).then(({ ruling }) => ruling);

/** The first rounds on which these two have a meaning together. */
function pairsOf(first: string, second: string, rounds = 6): readonly Case[] {
  const attack = pairAttack([attackOf(first)], [attackOf(second)]);
  const drawn = Array.from({ length: rounds }, (_, round) => drawCase(attack, round, 1));
  return drawn.filter((one): one is Case => !isInapplicable(one));
}

/** Each check alone is right; a second error takes back the first. */
function forgetful(): Verifier {
  let wrongVersion = false;
  const { acceptsSequence, acceptsVersion } = defaultRules;
  return createVerifier({
    name: 'two errors make none',
    rules: {
      acceptsVersion: (version) => {
        wrongVersion = acceptsVersion(version) !== true;
        return true;
      },
      acceptsSequence: (installed, offered, context) => {
        const found = acceptsSequence(installed, offered, context);
        if (!wrongVersion) return found;
        return found === true ? 'sequence-policy' : true;
      },
    },
  });
}

describe('pairs of attacks', () => {
  it("are made of a user's own envelope too, and of nothing else", async () => {
    const scenario = scenarioFromEnvelope(encode(releaseOf(plainPlan)), { key: plainKey });
    const drawn = groupPairs.flatMap((_, i) => (i % 3 === 0 ? [drawPair(i, 1, scenario)] : []));
    const cases = drawn.filter((one): one is Case => !isInapplicable(one));
    expect(cases.length).toBeGreaterThan(5);
    expect(new Set(cases.map(({ family, plan }) => `${family} ${plan}`))).toEqual(
      new Set(['given undefined']),
    );
    for (const one of cases) expect((await judged(reference, one)).verdict).toMatch(/proven|masked/);
  });

  it('cover every two groups, A to L, before any two come again', () => {
    expect(pairedGroups).toEqual([...'ABCDEFGHIJKL']);
    expect(new Set(groupPairs.map((pair) => pair.toSorted().join())).size).toBe((12 * 11) / 2);
    expect(groupPairs).toHaveLength(66);
    expect(new Set(pairAttacks.map(({ id }) => id)).size).toBe(66);
    const ids = [...casesOf({ stored: [], attacks: [], seed: 1, runs: 3, pairs: 6 })].map(
      ({ attack }) => attack.id,
    );
    expect(ids).toEqual(pairAttacks.slice(0, 6).map(({ id }) => id));
  });

  it('are refused by the reference for the one reason or the other', async () => {
    const drawn = groupPairs.flatMap((_, i) => (i % 3 === 0 ? [drawPair(i, 2)] : []));
    const cases = drawn.filter((one): one is Case => !isInapplicable(one));
    expect(cases.length).toBeGreaterThan(18);
    const rulings = await Promise.all(cases.map((one) => judged(reference, one)));
    expect(rulings.filter(({ verdict }) => verdict !== 'proven')).toEqual([]);
  });

  it('find two errors that make none, where each alone is refused', async () => {
    const host = await directHost('forgetful', forgetful());
    for (const id of ['downgrade.version', 'rollback.sequence.lower']) {
      const one = drawCase(attackOf(id), 0, 1) as Case;
      expect(await judged(host, one)).toMatchObject({ verdict: 'proven' });
    }
    const [one] = pairsOf('rollback.sequence.lower', 'downgrade.version') as [Case];
    expect(await judged(reference, one)).toMatchObject({ verdict: 'proven' });
    const ruling = await judged(host, one);
    expect(ruling).toMatchObject({ verdict: 'failed', kind: 'accepted-invalid' });
    const { smallest, ruling: shown } = await shrink(host, one, ruling, { seed: 1, maxTries: 30 });
    const json = JSON.parse(JSON.stringify(caseToFile(smallest)));
    const stored = asCase(caseFromFile(json, 'here'), replayable, 'here');
    expect(stored.attack.id).toBe('pair.E-G');
    expect(await judged(host, stored)).toEqual(shown);
    expect(await judged(reference, stored)).toMatchObject({ verdict: 'proven' });
  });

  it('find a check that is skipped after an unusual thing that is allowed', async () => {
    // Ids are looked up in the list's first entries only, and whoever has more is let through.
    const { acceptsSequence } = defaultRules;
    let hasMore = false;
    const lax = createVerifier({
      name: 'lax',
      rules: {
        acceptsSequence: (installed, offered, context) =>
          hasMore ? true : acceptsSequence(installed, offered, context),
      },
    });
    const host = await directHost('lax', {
      hello: () => lax.hello(),
      open: (recipient) => {
        hasMore = recipient.components.some(({ classIds }) => classIds.length > 3);
        return lax.open(recipient);
      },
    });
    const cases = pairsOf('app.id.second', 'rollback.sequence.lower', 10);
    const rulings = [];
    for (const one of cases) rulings.push(await judged(host, one));
    expect(rulings.some(({ kind }) => kind === 'accepted-invalid')).toBe(true);
    // The twin is the allowed thing alone.
    expect(cases[0]?.control.recipient.components).toBe(cases[0]?.attacked.recipient.components);
    expect((await judged(reference, cases[0] as Case)).verdict).toBe('proven');
  });

  it('wait with the outsider until the author has sealed', () => {
    const [one] = pairsOf('cose.sig.flip', 'rollback.sequence.lower') as [Case];
    const [other] = pairsOf('rollback.sequence.lower', 'cose.sig.flip') as [Case];
    expect(one.expect.reasons).toEqual(expect.arrayContaining(['sig-invalid', 'sequence-rollback']));
    expect(one.expect).toMatchObject({ strength: 'must-reject', stage: 'authenticate', lateDetection: true });
    expect(other.expect.strength).toBe('must-reject');
  });

  it('never sign anew with another key what the first has made unauthentic', async () => {
    const both = [
      ...pairsOf('cose.sig.flip', 'app.id.as-identity'),
      ...pairsOf('app.id.as-identity', 'cose.sig.flip'),
    ];
    expect(both.length).toBeGreaterThan(0);
    for (const one of both) expect((await judged(reference, one)).verdict).toBe('proven');
  });

  it('have none where no scenario has what both need', () => {
    const attack = pairAttack([attackOf('downgrade.alg.mac-for-sig')], [attackOf('cose.alg.short-mac')]);
    expect(drawIfPlanned(attack, 0, 1)).toMatchObject({ kind: 'inapplicable' });
    expect(() => drawIfPlanned({ ...attack, on: { family: 'no.such' } }, 0, 1)).toThrow('no.such');
  });

  it('have no meaning where an attack is a history, unknown, or chooses among envelopes', () => {
    const { scenario } = new ScenarioPool(3).draw(attackOf('rollback.sequence.lower'), 0, 0);
    const of = (first: string, second: string) =>
      makeCase(pairAttacks[0] as Attack<PairChoice>, 0, scenario, { first, second, draws: [1, 2] });
    expect(of('replay.history', 'downgrade.version')).toBeUndefined();
    expect(of('no.such', 'downgrade.version')).toBeUndefined();
    expect(of('rollback.select.latest', 'downgrade.version')).toBeUndefined();
    // Neither must be refused.
    expect(of('enc.trailing.outer', 'enc.map.order')).toBeUndefined();
    const unsigned = { ...scenario, signers: [] };
    const outsiders = { first: 'cose.sig.flip', second: 'enc.bitflip', draws: [1, 2] as const };
    expect(makeCase(pairAttacks[0] as AnyAttack, 0, unsigned, outsiders)).toBeDefined();
  });
});

describe('what is composed', () => {
  it('is listed beside the catalogue, each id once', () => {
    const listed = listReplayable();
    expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
    expect(listed.find(({ id }) => id === 'pair.E-G')).toMatchObject({
      strengths: ['must-reject'],
      notYet: false,
    });
    expect(listed.find(({ id }) => id === 'history.mixed')?.change).toContain('history');
    for (const { id } of replayable) expect(listed.some((one) => one.id === id)).toBe(true);
  });
});
