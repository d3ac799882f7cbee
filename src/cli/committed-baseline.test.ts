import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import { replayable } from '../attacks/replayable.ts';
import { packageRoot } from '../package-root.ts';
import { readBaseline } from './report-inputs.ts';

describe('the baseline of npm start', () => {
  const { proven = {}, policy = {} } = readBaseline(join(packageRoot(), 'reports', 'baseline.json'));
  const started = readFileSync(join(packageRoot(), 'scripts', 'start.mjs'), 'utf8');
  const [, list = ''] = /^const verifiers = \[(.*)\];$/m.exec(started) ?? [];
  const verifiers = list.split(', ').map((word) => word.slice(1, -1));

  it('holds what each of its verifiers has proven and answered', () => {
    expect(verifiers.length).toBeGreaterThan(3);
    expect(Object.keys(proven).sort()).toEqual(verifiers.toSorted());
    expect(Object.keys(policy).sort()).toEqual(verifiers.toSorted());
    // Attacks that leave the answer open, or are no more than a SHOULD, have no proof.
    expect(proven.reference?.length).toBeGreaterThan(catalogue.length / 2);
    expect(Object.keys(policy.reference ?? {}).length).toBeGreaterThan(50);
  });

  it('names no attack that is gone', () => {
    const known = new Set(replayable.map(({ id }) => id));
    const named = [proven, policy].flatMap((of) =>
      Object.values(of).flatMap((one) => (Array.isArray(one) ? one : Object.keys(one))),
    );
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });
});
