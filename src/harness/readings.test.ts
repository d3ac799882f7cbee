import { describe, expect, it } from 'vitest';
import { selectAttacks } from '../attacks/catalogue.ts';
import { jsonSchema } from '../json-schema.ts';
import { compare } from '../report/baseline.ts';
import { renderJunit } from '../report/junit.ts';
import { makeResults } from '../report/results.ts';
import { renderResults } from '../report/terminal.ts';
import { boundedVerifier } from '../verifiers/bounded/bounded.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { zoo } from '../verifiers/zoo/zoo.ts';
import { runCampaign } from './campaign.ts';
import { directHost } from './direct-host.ts';
import { findingsOf } from './findings.ts';
import { differences, parted, type Reader } from './readings.ts';

function reader(
  verifier: string,
  reading: Record<string, string>,
  level: Reader['level'] = 'installed',
): Reader {
  return { verifier, level, reading: new Map(Object.entries(reading)) };
}

describe('differences', () => {
  it.each<[string, Record<string, string>, Record<string, string>, string[]]>([
    ['the same', { 'component 0': 'empty' }, { 'component 0': 'empty' }, []],
    ['other contents', { 'component 0': 'empty' }, { 'component 0': '1 bytes' }, ['component 0']],
    ['what only one tells', { 'component 0': 'empty' }, { invoked: 'nothing' }, []],
    ['a fetch that one leaves out', { fetched: 'a\nb' }, { fetched: 'a' }, []],
    ['no fetch at all', { fetched: '' }, { fetched: 'a' }, []],
    ['fetches from two places', { fetched: 'a\nb' }, { fetched: 'a\nc' }, ['fetched']],
  ])('%s', (_, a, b, what) => {
    const found = differences(reader('a', a), reader('b', b));
    expect(found.map((one) => one.what)).toEqual(what);
  });

  it('are not looked for between levels', () => {
    const invoked = reader('b', { invoked: 'component 0' }, 'invoked');
    expect(differences(reader('a', { invoked: 'nothing' }), invoked)).toEqual([]);
  });

  it('stand side by side', () => {
    const found = differences(reader('a', { n: '1' }), reader('b', { n: '2' }));
    expect(found).toEqual([{ what: 'n', values: { a: '1', b: '2' } }]);
  });
});

describe('parted', () => {
  it('holds each against the reading that most share', () => {
    const [odd, ...others] = ['1', '2', '2'].map((n, i) => reader(`v${i}`, { n }));
    const found = parted([odd as Reader, ...others]);
    expect(found.map(({ base, other }) => [base.verifier, other.verifier])).toEqual([['v1', 'v0']]);
  });

  it('of two holds the second against the first', () => {
    const found = parted([reader('a', { n: '1' }), reader('b', { n: '2' })]);
    expect(found.map(({ other }) => other.verifier)).toEqual(['b']);
  });
});

function withoutReports(verifier: Verifier, ...left: readonly string[]): Verifier {
  return {
    hello: async () => {
      const claims = await verifier.hello();
      return { ...claims, reports: claims.reports.filter((one) => !left.includes(one)) };
    },
    open: (recipient) => verifier.open(recipient),
  };
}

const narrow = () => zoo.find(({ id }) => id === 'reads-integers-in-32-bits')?.create() as Verifier;

async function run(
  only: string,
  verifiers: Readonly<Record<string, Verifier>>,
  { runs = 6, shrinkTries = 0 } = {},
) {
  const hosts = await Promise.all(
    Object.entries(verifiers).map(([spec, verifier]) => directHost(spec, verifier)),
  );
  const attacks = selectAttacks(only) ?? [];
  const campaign = await runCampaign({ hosts, attacks, stored: [], seed: 1, runs });
  const findings = await findingsOf(campaign, attacks, { seed: 1, shrinkTries, withoutSecrets: false });
  const results = makeResults({
    version: '0',
    seed: 1,
    subject: only,
    campaign,
    findings,
    attacks,
    notYet: 0,
    notes: [],
  });
  return { campaign, results, found: findings.filter(({ kind }) => kind === 'reads-differently') };
}

describe('a run of several verifiers', () => {
  it('finds what two accept and read differently, with both readings', async () => {
    const { results, found } = await run('rollback.sequence.jump', {
      reference: referenceVerifier(),
      narrow: narrow(),
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ verifier: 'narrow', attack: 'rollback.sequence.jump' });
    const [reading] = found[0]?.readings ?? [];
    expect(reading?.what).toBe('sequence number');
    expect(BigInt(reading?.values.narrow ?? 0)).toBe(BigInt(reading?.values.reference ?? 0) & 0xffff_ffffn);
    expect(found[0]?.replay).toContain('gauntlet compare');
    expect(jsonSchema('results').check(JSON.parse(JSON.stringify(results)))).toBeUndefined();
    expect(renderResults(results)).toContain(`reference  ${reading?.values.reference}`);
    expect(renderJunit(results)).toContain('type="reads-differently"');
  });

  it('shrinks it to a small case that both still read so', async () => {
    const both = { reference: referenceVerifier(), narrow: narrow() };
    const drawn = (await run('rollback.sequence.jump', both)).found[0];
    const small = (await run('rollback.sequence.jump', both, { shrinkTries: 60 })).found[0];
    expect([drawn?.shrunk, small?.shrunk]).toEqual([false, true]);
    expect(small?.fingerprint).toBe(drawn?.fingerprint);
    expect(small?.bytes).toBeLessThan(drawn?.bytes ?? 0);
    const [reading] = small?.readings ?? [];
    expect(BigInt(reading?.values.narrow ?? 0)).toBe(BigInt(reading?.values.reference ?? 0) & 0xffff_ffffn);
    expect(small?.note).toContain(`sequence number is ${reading?.values.reference} there`);
  });

  it('knows it by the baseline', async () => {
    const { results, found } = await run('rollback.sequence.jump', {
      reference: referenceVerifier(),
      narrow: narrow(),
    });
    const known = results.findings.map(({ verifier, attack, kind }) => ({
      verifier,
      attack,
      kind,
      reason: 'kept in 32 bits',
    }));
    const baseline = { format: 'suit-gauntlet/baseline/1', known } as const;
    const ids = new Set(['rollback.sequence.jump']);
    const compared = compare(results, baseline, { ids, today: '2026-01-01' });
    expect(compared.problems).toEqual([]);
    expect(compared.known.get(found[0]?.fingerprint ?? '')).toBe('kept in 32 bits');
  });

  it('compares only what both claim to report', async () => {
    const { found } = await run('rollback.sequence.jump', {
      reference: referenceVerifier(),
      narrow: withoutReports(narrow(), 'sequence'),
    });
    expect(found).toEqual([]);
  });

  it('compares no delivery that came after another answer to the one before', async () => {
    const lenient = zoo.find(({ id }) => id === 'never-checks-sequence')?.create() as Verifier;
    const { campaign } = await run('res.storm.then-valid', { reference: referenceVerifier(), lenient });
    expect(campaign.disagreements).toEqual([]);
  });

  it('finds nothing between the reference and the bounded verifier', async () => {
    for (const group of ['S', 'J']) {
      const { campaign } = await run(
        group,
        { reference: referenceVerifier(), bounded: boundedVerifier() },
        { runs: 2 },
      );
      expect(campaign.disagreements).toEqual([]);
    }
  });
});
