import { describe, expect, it } from 'vitest';
import { catalogue, listCatalogue, selectAttacks } from '../attacks/catalogue.ts';
import { runCampaign } from '../harness/campaign.ts';
import { directHost } from '../harness/direct-host.ts';
import { findingsOf } from '../harness/findings.ts';
import type { CaseRecord } from '../harness/record.ts';
import { verdicts } from '../harness/verdict.ts';
import { jsonSchema } from '../json-schema.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Claims, Verifier } from '../verifiers/verifier.ts';
import { type Baseline, compare } from './baseline.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { makeResults, policySheet, type Results } from './results.ts';
import { renderResults } from './terminal.ts';

const attacks = [...(selectAttacks('rollback') ?? []), ...(selectAttacks('replay') ?? [])];

async function results(spec: string, verifier: Verifier, runs = 2): Promise<Results> {
  const host = await directHost(spec, verifier);
  const campaign = await runCampaign({ hosts: [host], attacks, stored: [], seed: 5, runs });
  const findings = await findingsOf(campaign, attacks, { seed: 5, shrinkTries: 0, withoutSecrets: false });
  return makeResults({
    version: '0',
    seed: 5,
    subject: 'test',
    campaign,
    findings,
    attacks,
    notYet: 0,
    notes: [],
  });
}

const claims = async (): Promise<Claims> => referenceVerifier().hello();

/** It claims no reports, so that nothing is missed in its answers. */
const acceptAll: Verifier = {
  hello: async () => ({ ...(await claims()), reports: [] }),
  open: () => ({ deliver: () => ({ kind: 'accepted', level: 'invoked' }) }),
};
const rejectAll: Verifier = {
  hello: claims,
  open: () => ({ deliver: () => ({ kind: 'rejected', detail: '<script>\u001b[31m' }) }),
};
const claimsNothing: Verifier = {
  hello: async () => ({
    ...(await claims()),
    levels: ['authenticated'],
    events: [],
    commands: [],
    structures: [],
  }),
  open: rejectAll.open,
};

describe('the policy sheet', () => {
  it('says of each row how each verifier answers it', async () => {
    const both = { accepted: 3, refused: { 'sequence-policy': 2 } };
    const { policy: _policy, ...rest } = await results('reference', referenceVerifier(), 1);
    const shown: Results = {
      ...rest,
      policy: {
        reference: { 'z.row': { '': both }, 'a.row': { wide: { accepted: 1, refused: {} } } },
        other: { 'a.row': { wide: { accepted: 0, refused: { unstated: 4 } } } },
      },
      verifiers: {
        ...rest.verifiers,
        other: rest.verifiers.reference as NonNullable<Results['verifiers'][string]>,
      },
    };
    expect(
      policySheet(shown).map(({ attack, dimension, answers }) => [attack, dimension, Object.keys(answers)]),
    ).toEqual([
      ['a.row', 'wide', ['reference', 'other']],
      ['z.row', '', ['reference']],
    ]);
    expect(renderMarkdown(shown)).toContain('| a.row | wide | accepts | refuses: unstated |');
    expect(renderMarkdown(shown)).toContain('both: 3 accepted, 2 refused');
    expect(renderResults(shown)).toMatch(/both +1 +0/);
  });
});

describe('results', () => {
  it('fit their schema, as the catalogue does its own', async () => {
    expect(
      jsonSchema('results').check(
        JSON.parse(JSON.stringify(await results('reference', referenceVerifier()))),
      ),
    ).toBeUndefined();
    expect(jsonSchema('catalogue').check(JSON.parse(JSON.stringify(listCatalogue())))).toBeUndefined();
    expect(jsonSchema('results').check({})).toBeDefined();
  });

  it('partition the cases', async () => {
    const made = await results('reference', referenceVerifier());
    const all = verdicts.reduce((sum, verdict) => sum + (made.verifiers.reference?.[verdict] ?? 0), 0);
    const byAttack = Object.values(made.attacks.reference ?? {}).flatMap((counts) => Object.values(counts));
    expect(byAttack.reduce((sum, n) => sum + n, 0)).toBe(all);
    expect(all).toBeGreaterThanOrEqual(attacks.length * 2);
  });

  it('are the same for the same seed', async () => {
    expect(await results('reference', referenceVerifier())).toEqual(
      await results('reference', referenceVerifier()),
    );
  });

  it('find nothing in the reference', async () => {
    expect((await results('reference', referenceVerifier(), 4)).findings).toEqual([]);
  });

  it('fail a verifier that accepts everything', async () => {
    const made = await results('accept-all', acceptAll);
    expect(made.findings.some((finding) => finding.kind === 'accepted-invalid')).toBe(true);
    expect(made.verifiers['accept-all']?.proven).toBe(0);
  });

  it('prove nothing for one that rejects everything, and fail it', async () => {
    const made = await results('reject-all', rejectAll);
    expect(made.verifiers['reject-all']?.proven).toBe(0);
    expect(made.findings.map((finding) => finding.kind)).toContain('valid-refused');
    expect(made.findings.map((finding) => finding.kind)).toContain('nothing-proven');
  });

  it('skip all of one that claims nothing, and fail it', async () => {
    const made = await results('claims-nothing', claimsNothing);
    expect(made.verifiers['claims-nothing']).toMatchObject({
      proven: 0,
      unattributed: 0,
      accepted: 0,
      failed: 0,
    });
    expect(made.findings.map((finding) => finding.kind)).toContain('nothing-proven');
  });

  it('skip all of one that follows another revision of the draft, say so, and fail it', async () => {
    const older: Verifier = {
      ...referenceVerifier(),
      hello: async () => ({ ...(await claims()), revisions: ['36'] }),
    };
    const host = await directHost('older', older);
    const notes = new Set<string>();
    const onRecord = ({ ruling }: CaseRecord) => notes.add(`${ruling.verdict}: ${ruling.note}`);
    await runCampaign({ hosts: [host], attacks: catalogue, stored: [], seed: 5, runs: 1, onRecord });
    expect([...notes].filter((note) => !note.startsWith('inapplicable'))).toEqual([
      'skipped: not claimed: draft revision 37',
    ]);
    const made = await results('older', older);
    expect(made.revision).toBe('37');
    expect(made.findings.map(({ kind }) => kind)).toEqual(['nothing-proven', 'nothing-proven']);
  });

  it('escape what a verifier says in every format', async () => {
    const made = await results('<b>\u001b[31m', rejectAll);
    for (const text of [renderResults(made), renderJunit(made), renderMarkdown(made)]) {
      expect(text).not.toContain('\u001b');
    }
    expect(renderJunit(made)).not.toContain('<b>');
    expect(renderMarkdown(made)).not.toContain('<b>');
  });
});

describe('a baseline', () => {
  const ids = new Set(catalogue.map((attack) => attack.id));
  const empty: Baseline = { format: 'suit-gauntlet/baseline/1', known: [] };

  it('reports what is new, what vanished, and ids that do not exist', async () => {
    const made = await results('accept-all', acceptAll);
    expect(compare(made, empty, { ids }).problems.some((problem) => problem.startsWith('new:'))).toBe(true);
    const quiet = await results('reference', referenceVerifier());
    const entry = {
      verifier: 'reference',
      attack: attacks[0]?.id ?? '',
      kind: 'accepted-invalid',
      reason: 'x',
    };
    expect(compare(quiet, { ...empty, known: [entry] }, { ids }).problems.join()).toContain('vanished');
    expect(
      compare(quiet, { ...empty, known: [{ ...entry, attack: 'no.such' }] }, { ids }).problems.join(),
    ).toContain('unknown id');
  });

  it('is silent about what it lists', async () => {
    const made = await results('accept-all', acceptAll);
    const known = made.findings.map(({ verifier, attack, kind }) => ({
      verifier,
      attack,
      kind,
      reason: 'on purpose',
    }));
    expect(
      compare(made, { ...empty, known }, { ids: new Set([...ids, ...known.map((one) => one.attack)]) })
        .problems,
    ).toEqual([]);
  });
});
