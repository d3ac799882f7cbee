import { describe, expect, it } from 'vitest';
import { selectAttacks } from '../attacks/catalogue.ts';
import { runCampaign } from '../harness/campaign.ts';
import { directHost } from '../harness/direct-host.ts';
import { findingsOf } from '../harness/findings.ts';
import { type Parting, partingsOf } from '../harness/parting.ts';
import type { CaseRecord } from '../harness/record.ts';
import { jsonSchema } from '../json-schema.ts';
import { createVerifier, referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { compareResults, isSameResult } from './compare-results.ts';
import { compareVerifiers, isSame, type VerifierComparison } from './compare-verifiers.ts';
import { resultsComparisonMarkdown, verifierComparisonMarkdown } from './comparison-markdown.ts';
import { renderResultsComparison, renderVerifierComparison } from './render-comparison.ts';
import { makeResults, type Results } from './results.ts';

const attacks = selectAttacks('E01') ?? [];
const forgetful = createVerifier({ rules: { acceptsSequence: () => true } });
const hostile = '<b>\u001b[31m|';

async function results(spec: string, verifier: Verifier, seed = 5): Promise<Results> {
  const host = await directHost(spec, verifier);
  const campaign = await runCampaign({ hosts: [host], attacks, stored: [], seed, runs: 2 });
  const findings = await findingsOf(campaign, attacks, { seed, shrinkTries: 0, withoutSecrets: false });
  return makeResults({
    version: '0',
    seed,
    subject: 'test',
    campaign,
    findings,
    attacks,
    notYet: 0,
    notes: [],
  });
}

function files(...all: readonly Results[]) {
  return compareResults(
    '0',
    all.map((one, i) => ({ file: `${i}.json`, results: one })),
  );
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('result files compared', () => {
  it('are the same as themselves', async () => {
    const one = await results('reference', referenceVerifier());
    const comparison = files(one, structuredClone(one), one);
    expect(isSameResult(comparison)).toBe(true);
    expect(jsonSchema('compare').check(asJson(comparison))).toBeUndefined();
    expect(comparison).toMatchObject({
      notes: [],
      verifiers: [{ names: ['reference', 'reference', 'reference'], findings: [], changed: [], attacks: [] }],
    });
  });

  it('show findings that only one has, with verdicts side by side', async () => {
    const comparison = files(await results('v', referenceVerifier()), await results('v', forgetful));
    expect(isSameResult(comparison)).toBe(false);
    expect(jsonSchema('compare').check(asJson(comparison))).toBeUndefined();
    const [one] = comparison.verifiers;
    expect(one?.verdicts.find(({ verdict }) => verdict === 'proven')?.counts).toEqual([2, 0]);
    expect(one?.verdicts.find(({ verdict }) => verdict === 'failed')?.counts).toEqual([0, 2]);
    expect(one?.findings).toMatchObject([
      { attack: 'rollback.sequence.lower', kind: 'accepted-invalid', notes: [[], [expect.any(String)]] },
      { kind: 'nothing-proven' },
    ]);
    expect(one?.attacks).toEqual([
      { attack: 'rollback.sequence.lower', counts: [{ proven: 2 }, { failed: 2 }] },
    ]);
    expect(renderResultsComparison(comparison)).toContain('B  accepted-invalid, rollback.sequence.lower');
    expect(resultsComparisonMarkdown(comparison)).toContain('| failed | 0 | 2 |');
  });

  it('of one verifier each are compared whatever its name; of several, name by name', async () => {
    const [a, b] = [await results('a', referenceVerifier()), await results('b', referenceVerifier())];
    expect(isSameResult(files(a, b))).toBe(true);
    const both: Results = {
      ...a,
      ...Object.fromEntries(
        (['verifiers', 'outcomes', 'families', 'attacks', 'policy'] as const).map((key) => [
          key,
          { ...a[key], ...b[key] },
        ]),
      ),
    };
    const comparison = files(a, both);
    expect(isSameResult(comparison)).toBe(false);
    expect(comparison.verifiers.map(({ names }) => names)).toEqual([
      ['a', 'a'],
      [null, 'b'],
    ]);
    expect(renderResultsComparison(comparison)).toMatch(/proven +- +2/);
  });

  it('show findings that are seen with other evidence', async () => {
    const one = await results('v', forgetful);
    const other: Results = {
      ...one,
      findings: one.findings.map((finding) => ({ ...finding, note: 'otherwise' })),
    };
    const comparison = files(one, other);
    expect(isSameResult(comparison)).toBe(false);
    expect(comparison.verifiers[0]).toMatchObject({
      findings: [],
      changed: [{ attack: 'rollback.sequence.lower' }, { kind: 'nothing-proven' }],
    });
    expect(renderResultsComparison(comparison)).toContain('B  otherwise');
  });

  it('show policies that are answered otherwise', async () => {
    const one = await results('v', referenceVerifier());
    const sheet = (accepted: number, refused: Readonly<Record<string, number>>): Results => ({
      ...one,
      policy: {
        v: { 'rollback.x': { '': { accepted, refused } }, asked: { '': { accepted: 1, refused: {} } } },
      },
    });
    const { policy: _none, ...silent } = one;
    expect(isSameResult(files(sheet(2, {}), sheet(5, {})))).toBe(true);
    const comparison = files(sheet(2, {}), sheet(0, { 'sequence-policy': 2 }), { ...silent, policy: {} });
    expect(isSameResult(comparison)).toBe(false);
    expect(jsonSchema('compare').check(asJson(comparison))).toBeUndefined();
    expect(comparison.verifiers[0]?.policy).toEqual([
      { attack: 'rollback.x', dimension: '', answers: ['accepts', 'refuses: sequence-policy', '-'] },
    ]);
    expect(renderResultsComparison(comparison)).toContain('B  refuses: sequence-policy');
    expect(resultsComparisonMarkdown(comparison)).toContain(
      '| rollback.x | accepts | refuses: sequence-policy | - |',
    );
  });

  it('say what keeps them from being of the same cases', async () => {
    const one = await results('v', referenceVerifier());
    const other = { ...(await results('v', referenceVerifier(), 6)), complete: false };
    expect(files(one, other).notes).toEqual(['not of the same seed: 5, 6', '1.json was cut short']);
  });

  it('are escaped in every format', async () => {
    const made = await results(hostile, forgetful);
    const comparison = compareResults('0', [
      { file: hostile, results: { ...made, subject: hostile } },
      { file: 'b', results: await results('b', referenceVerifier()) },
    ]);
    expect(renderResultsComparison(comparison)).not.toContain('\u001b');
    expect(resultsComparisonMarkdown(comparison)).not.toContain('\u001b');
    expect(resultsComparisonMarkdown(comparison)).not.toContain('<b>');
  });
});

async function verifiers(all: Readonly<Record<string, Verifier>>): Promise<VerifierComparison> {
  const hosts = await Promise.all(Object.entries(all).map(([spec, one]) => directHost(spec, one)));
  const records: CaseRecord[] = [];
  await runCampaign({ hosts, attacks, stored: [], seed: 1, runs: 3, onRecord: (one) => records.push(one) });
  const found = [{ ...partingsOf(records, hosts), replay: () => `gauntlet compare ${hostile}` }];
  return compareVerifiers({ version: '0', verifiers: Object.keys(all), cases: 3, found, notes: [] });
}

describe('verifiers compared', () => {
  it('are counted by pattern and by attack', async () => {
    const comparison = await verifiers({ reference: referenceVerifier(), forgetful });
    expect(isSame(comparison)).toBe(false);
    expect(jsonSchema('compare').check(asJson(comparison))).toBeUndefined();
    expect(comparison).toMatchObject({
      parted: { decision: 3, level: 0, state: 0, stage: 0, reason: 0 },
      attacks: [{ attack: 'rollback.sequence.lower', count: 3, kinds: { decision: 3 } }],
    });
    expect(comparison.patterns.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect(comparison.patterns.flatMap((one) => Object.values(one.attacks)).flat()).toContain(2);
    const text = renderVerifierComparison(comparison);
    expect(text).toMatch(/reference +rejected: sequence-rollback at sequence\n +forgetful +accepted as/);
    expect(text).toContain('rollback.sequence.lower #0');
    expect(verifierComparisonMarkdown(comparison)).toContain(
      '| rollback.sequence.lower | 3 | 0 | 0 | 0 | 0 |',
    );
  });

  it('show what they read differently, in every format', () => {
    const values = { reference: '3', [hostile]: `7${hostile}` };
    const parting = {
      ...{ case: 0, round: 0, attack: 'history.mixed', of: 'attacked', kind: 'reads-differently' },
      answers: Object.keys(values).map((verifier) => ({
        ...{ verifier, verdict: 'policy', answer: 'accepted as installed' },
      })),
      readings: [{ what: 'sequence number', values }],
    } as Parting;
    const found = [{ compared: 1, unanswered: 0, partings: [parting], replay: () => 'again' }];
    const input = { version: '0', verifiers: Object.keys(values), cases: 1, found, notes: [] };
    const comparison = compareVerifiers(input);
    expect(isSame(comparison)).toBe(false);
    expect(jsonSchema('compare').check(asJson(comparison))).toBeUndefined();
    expect(renderVerifierComparison(comparison)).toMatch(/sequence number\n +reference +3\n/);
    const markdown = verifierComparisonMarkdown(comparison);
    expect(markdown).toContain('## Read differently');
    expect(markdown).toContain('| history.mixed | sequence number | 3 | 7&#60;b&#62;');
    for (const text of [markdown, renderVerifierComparison(comparison)]) expect(text).not.toContain('\u001b');
  });

  it('are the same only if something was compared', async () => {
    const same = await verifiers({ one: referenceVerifier(), two: referenceVerifier() });
    expect(isSame(same)).toBe(true);
    const modest: Verifier = {
      ...referenceVerifier(),
      hello: async () => ({ ...(await referenceVerifier().hello()), events: [] }),
    };
    const nothing = await verifiers({ one: referenceVerifier(), modest });
    expect(isSame(nothing)).toBe(false);
    expect(renderVerifierComparison(nothing)).toContain('nothing was compared');
  });

  it('are escaped in every format', async () => {
    const comparison = await verifiers({ [hostile]: referenceVerifier(), forgetful });
    expect(renderVerifierComparison(comparison)).not.toContain('\u001b');
    expect(verifierComparisonMarkdown(comparison)).not.toContain('\u001b');
    expect(verifierComparisonMarkdown(comparison)).not.toContain('<b>');
  });
});
