import { describe, expect, it } from 'vitest';
import { selectAttacks } from '../attacks/catalogue.ts';
import { runCampaign } from '../harness/campaign.ts';
import { directHost } from '../harness/direct-host.ts';
import { findingsOf } from '../harness/findings.ts';
import { createVerifier } from '../verifiers/reference/reference.ts';
import { defaultRules, type Rules } from '../verifiers/reference/rules.ts';
import { baselineOf, compare } from './baseline.ts';
import { makeResults, type Results } from './results.ts';

const names = [
  'rollback.sequence.equal-other',
  'rollback.sequence.lower',
  'rollback.sequence.failed-advance',
];
const attacks = names.flatMap((name) => selectAttacks(name) ?? []);
const ids = new Set(names);

/** What a verifier that users call `mine` comes to. */
async function resultsOf(acceptsSequence?: Rules['acceptsSequence']) {
  const rules = acceptsSequence ? { acceptsSequence } : {};
  const host = await directHost('mine', createVerifier({ rules }));
  const campaign = await runCampaign({ hosts: [host], attacks, stored: [], seed: 1, runs: 4 });
  const findings = await findingsOf(campaign, attacks, { seed: 1, shrinkTries: 0, withoutSecrets: false });
  const about = { version: '0', seed: 1, subject: 'some', attacks, notYet: 0, notes: [] };
  return makeResults({ ...about, campaign, findings });
}

const before = await resultsOf();
const baseline = baselineOf(before, { reason: 'none', coverage: true });
const problems = (results: Results): readonly string[] => compare(results, baseline, { ids }).problems;

describe('a baseline with coverage', () => {
  it('has the policy sheet, and is silent about what it was written from', () => {
    expect(baseline.policy?.mine?.['rollback.sequence.equal-other']).toEqual({ '': 'accepts' });
    expect(problems(before)).toEqual([]);
  });

  it('notices a policy that changed, though either answer is allowed', async () => {
    const stricter = await resultsOf((installed, offered, context) =>
      context.event === 'update' && installed === offered
        ? 'sequence-policy'
        : defaultRules.acceptsSequence(installed, offered, context),
    );
    expect(stricter.findings).toEqual([]);
    expect(problems(stricter)).toEqual([
      'changed policy: mine accepts rollback.sequence.equal-other in the baseline, and now refuses: sequence-policy',
    ]);
  });

  it('notices an answer that is now so, now otherwise', async () => {
    let times = 0;
    const fickle = await resultsOf((installed, offered, context) =>
      context.event === 'update' && installed === offered && times++ % 2 === 1
        ? 'sequence-policy'
        : defaultRules.acceptsSequence(installed, offered, context),
    );
    expect(problems(fickle)).toEqual(['new: mine policy-inconsistent rollback.sequence.equal-other']);
  });

  it('notices a proof that a broken verifier lost, beside its failure', async () => {
    const broken = await resultsOf(() => true);
    expect(problems(broken)).toEqual(
      expect.arrayContaining([
        'new: mine accepted-invalid rollback.sequence.lower',
        'lost coverage: mine was proven to resist rollback.sequence.lower, and is no longer',
      ]),
    );
  });

  it('does not miss what a run left out', () => {
    expect(problems({ ...before, policy: {} })).toEqual([]);
  });
});
