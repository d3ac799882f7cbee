import { describe, expect, it } from 'vitest';
import { emptyCounts } from '../harness/tally.ts';
import { type Baseline, baselineFrom, baselineOf, compare, type Known } from './baseline.ts';
import { exampleFinding, exampleResults, lower } from './fixtures/results.ts';
import { renderMarkdown } from './markdown.ts';
import { renderResults } from './terminal.ts';

const ids = new Set([lower, 'replay.history']);
const waiver: Known = { verifier: 'mine', attack: lower, kind: 'accepted-invalid', reason: 'known' };
const baseline = (known: Partial<Known> = {}, more: Partial<Baseline> = {}): Baseline => ({
  format: 'suit-gauntlet/baseline/1',
  known: [{ ...waiver, ...known }],
  ...more,
});
const rejected = exampleFinding({
  kind: 'valid-refused',
  outcome: { kind: 'rejected', reason: 'sig-invalid', stage: 'authenticate' },
});

describe('a strict baseline', () => {
  it('has waivers that expire after their day', () => {
    const until = baseline({ expires: '2026-12-31' });
    expect(compare(exampleResults(), until, { ids, today: '2026-12-31' }).problems).toEqual([]);
    expect(compare(exampleResults(), until, { ids, today: '2027-01-01' }).problems).toEqual([
      `expired: mine ${lower} was accepted until 2026-12-31`,
    ]);
  });

  it('notices another answer than the listed ones', () => {
    const results = exampleResults({ findings: [rejected] });
    const listed = (answers: readonly string[]) => baseline({ kind: 'valid-refused', answers });
    expect(compare(results, listed(['rejected: sig-invalid at authenticate']), { ids }).problems).toEqual([]);
    expect(compare(results, listed(['rejected: digest-mismatch at digest']), { ids }).problems).toEqual([
      `changed: mine valid-refused ${lower} is now rejected: sig-invalid at authenticate, listed is rejected: digest-mismatch at digest`,
    ]);
  });

  it('notices a proof that is lost, but not in what was left out or cut short', () => {
    const strict = baseline({}, { proven: { mine: ['replay.history'], other: ['replay.history'] } });
    const masked = { ...emptyCounts(), masked: 3 };
    const attacks = { mine: { ...exampleResults().attacks.mine, 'replay.history': masked } };
    expect(compare(exampleResults({ attacks }), strict, { ids }).problems).toEqual([
      'lost coverage: mine was proven to resist replay.history, and is no longer',
    ]);
    expect(compare(exampleResults(), strict, { ids }).problems).toEqual([]);
    expect(compare(exampleResults({ attacks, complete: false }), strict, { ids }).problems).toEqual([]);
  });

  it('tells what newer attacks find, and does not gate on it', () => {
    const results = exampleResults({ findings: [exampleFinding({ attack: 'replay.history' })] });
    const older: Baseline = { format: 'suit-gauntlet/baseline/1', known: [], catalogue: [lower] };
    const comparison = compare(results, older, { ids });
    expect(comparison).toMatchObject({ problems: [], newer: ['mine accepted-invalid replay.history'] });
    expect(renderMarkdown(results, comparison)).toContain('newer than the baseline');
    expect(renderResults(results, comparison)).toContain('newer than the baseline');
    const adopted = { ...older, catalogue: [...ids] };
    expect(compare(results, adopted, { ids }).problems).toEqual([
      'new: mine accepted-invalid replay.history',
    ]);
    // An id that is no attack at all is not a newer one.
    const strange = exampleResults({ findings: [exampleFinding({ attack: 'no.such' })] });
    expect(compare(strange, older, { ids }).problems).toHaveLength(1);
  });

  it('is silent about the results that it was written from, and keeps reasons and days', () => {
    const results = exampleResults({ findings: [exampleFinding(), rejected] });
    const before = baseline({ expires: '2027-01-31' });
    const written = baselineOf(results, {
      reason: 'later',
      before,
      coverage: true,
      catalogue: { ids: [...ids], adopt: true },
    });
    expect(written.known.map(({ reason, expires }) => [reason, expires])).toEqual([
      ['known', '2027-01-31'],
      ['later', undefined],
    ]);
    expect(written.known[1]?.answers).toEqual(['rejected: sig-invalid at authenticate']);
    expect(written.proven).toEqual({ mine: [lower] });
    expect(compare(results, written, { ids, today: '2026-01-01' }).problems).toEqual([]);
  });

  it('says which entry has a day that is none', () => {
    const read = (json: unknown) => () => baselineFrom(json, 'known.json');
    expect(read(baseline({ expires: 'soon' }))).toThrow('known.json entry 0 expires on "soon"');
    for (const wrong of [{ proven: { reference: null } }, { proven: [] }, { catalogue: 7 }])
      expect(read({ ...baseline({}), ...wrong })).toThrow(Object.keys(wrong)[0]);
    expect(read(baseline({ answers: 'text' as never }))).toThrow('entry 0 has "answers"');
    expect(read(baseline({ reason: ' ' }))).toThrow('entry 0 needs a "reason"');
    for (const nothing of [null, [], {}, 7]) expect(read(nothing)).toThrow('has not the format');
  });
});
