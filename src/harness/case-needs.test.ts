import { describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import { needsOf } from '../scenarios/needs.ts';
import type { Needs } from '../scenarios/scenario.ts';
import { partsOf } from '../suit/parts.ts';
import { type Case, drawCase, isInapplicable } from './case.ts';

/** What the envelopes that must be accepted need, and the case does not say. */
function undeclared({ control, attacked, needs, attack }: Case): readonly string[] {
  const steps = [...control.steps, ...attacked.steps].filter(({ must }) => must === 'accept');
  return steps.flatMap(({ delivery }) => {
    const parts = delivery.envelope && partsOf(delivery.envelope);
    if (parts?.ok !== true) return [];
    const own: Needs = needsOf(parts.parts, []);
    const lacking = (of: 'commands' | 'parameters') =>
      own[of].filter((code) => !needs[of].includes(code)).map((code) => `${attack.id}: ${of} ${code}`);
    return [...lacking('commands'), ...lacking('parameters')];
  });
}

describe('what a case needs', () => {
  it('is all that its valid deliveries use', () => {
    const drawn = catalogue.flatMap((attack) => [0].map((round) => drawCase(attack, round, 1)));
    const cases = drawn.flatMap((one) => (isInapplicable(one) ? [] : [one]));
    expect(cases.length).toBeGreaterThan(0.9 * catalogue.length);
    expect([...new Set(cases.flatMap(undeclared))]).toEqual([]);
  });
});
