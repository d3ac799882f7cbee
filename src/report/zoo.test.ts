import { describe, expect, it } from 'vitest';
import { joinEntries, makeZooReport, renderZoo, type ZooEntry, type ZooRow, zooRegressions } from './zoo.ts';
import { zooCurve } from './zoo-curve.ts';
import { zooPage } from './zoo-page.ts';

function entry(role: ZooEntry['role'], row: Partial<ZooRow> = {}): ZooEntry {
  const all = {
    id: 'one',
    handle: 'Z001',
    caught: true,
    by: 'attack.one',
    cases: 7,
    learnedFrom: true,
    ms: 9,
  };
  return { role, row: { ...all, ...row }, exposedBy: [], note: 'noted' };
}

const survivor: Partial<ZooRow> = { id: 'right', caught: false, by: null, cases: 30 };
const options = { version: '1', seed: 1, blind: true };
const mixed = makeZooReport(
  [
    entry('animal', { cases: 3, blind: { caught: true, cases: 2 } }),
    entry('animal', { id: 'late', cases: 40, learnedFrom: false, blind: { caught: false, cases: 50 } }),
    entry('animal', { id: 'missed', caught: false, by: null, cases: 90, learnedFrom: false }),
    entry('equivalent', survivor),
  ],
  options,
);

describe('the report of the zoo', () => {
  it('counts animals and equivalents apart', () => {
    expect(mixed).toMatchObject({
      score: 2 / 3,
      blindScore: 1 / 3,
      casesToCatch: { median: 3, p90: 40, never: 1 },
      heldOut: { score: 0.5, median: 40 },
    });
    const text = renderZoo(mixed, []);
    expect(text).toContain('2 of 3 animals caught (66.7 %); blind mutation 33.3 %, seed 1');
    expect(text).toContain(
      '1 of 1 equivalents survive (they are right in another way), 30 cases each, seed 1',
    );
    expect(text).toContain('Not caught\n\n- missed');
  });

  it('has no figure about animals where none was run', () => {
    const report = makeZooReport([entry('equivalent', survivor)], options);
    expect(Object.keys(report)).not.toEqual(expect.arrayContaining(['score']));
    expect(renderZoo(report, [])).not.toContain('animals caught');
    expect(zooRegressions(report, mixed)).toContain('the score fell from 66.7 % to 0.0 %');
  });

  it('calls an equivalent that is caught a problem of the bench', () => {
    const report = makeZooReport([entry('equivalent'), entry('equivalent', survivor)], options);
    expect(report.problems).toEqual(['one is right and was caught by attack.one: noted']);
    expect(renderZoo(report, [])).toContain(
      '1 of 2 equivalents survive (they are right in another way), 7 to 30 cases',
    );
  });
});

describe('the entries of several threads', () => {
  it('become one for each verifier: caught if one thread caught it, at its first case', () => {
    const joined = joinEntries([
      entry('equivalent', { ...survivor, id: 'one', blind: { caught: false, cases: 5 } }),
      entry('animal', { id: 'two' }),
      entry('equivalent', { cases: 20 }),
      entry('equivalent', { cases: 11, by: 'attack.other' }),
    ]);
    expect(joined.map(({ row }) => [row.id, row.by, row.cases, row.blind?.cases])).toEqual([
      ['one', 'attack.other', 11, 5],
      ['two', 'attack.one', 7, undefined],
    ]);
  });

  it('of a run that time ended count what all threads came to', () => {
    const joined = joinEntries([
      entry('equivalent', survivor),
      entry('equivalent', { ...survivor, cases: 20 }),
    ]);
    expect(joined.map(({ row }) => row.cases)).toEqual([20]);
  });
});

describe('the curve', () => {
  it('rises by one animal at each catch, to the share that was caught', () => {
    const paths = [...zooCurve(mixed).matchAll(/<path d="([^"]*)" fill="none"/g)].map(([, d]) => d as string);
    const rises = paths.map((d) => [...d.matchAll(/V([\d.]+)/g)].map(([, y]) => Number(y)));
    const [all, heldOut, blind] = [[166.7, 83.3], [125], [166.7]];
    // Cases; then time, which blind mutations have none of.
    expect(rises).toEqual([all, heldOut, blind, all, heldOut]);
  });

  it('is drawn into the page, which no foreign text can break', () => {
    const hostile = '<img src=x>';
    const page = zooPage(
      makeZooReport([entry('animal', { by: hostile, replay: hostile }), entry('equivalent')], options),
      [hostile],
    );
    expect(page).toContain('<svg');
    expect(page).not.toContain('<img');
    expect(page).toContain('Equivalents');
    expect(page).toContain('one is right and was caught');
  });
});
