/**
 * A claim about a requirement: the reference keeps it under every attack that bears on it, and a verifier that
 * is broken on purpose does not.
 *
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { AnyAttack } from '../src/attacks/attack.ts';
import { catalogue } from '../src/attacks/catalogue.ts';
import type { Requirement } from '../src/attacks/requirements.ts';
import { drawCase, isInapplicable } from '../src/harness/case.ts';
import { directHost } from '../src/harness/direct-host.ts';
import { ControlCache, tryCase } from '../src/harness/trial.ts';
import { referenceVerifier } from '../src/verifiers/reference/reference.ts';
import type { Verifier } from '../src/verifiers/verifier.ts';
import { zoo } from '../src/verifiers/zoo/zoo.ts';

const rounds = 4;

interface Shown {
  readonly failed: string[];
  readonly proven: number;
}

export function claim(
  requirement: Requirement,
  sentence: string,
  options: { readonly brokenBy: string },
): void {
  const attacks = catalogue.filter((attack) => attack.violates.includes(requirement));

  describe(requirement, () => {
    it('has attacks that must be refused', () => {
      expect(attacks.filter((a) => a.expects.some((e) => e.strength === 'must-reject'))).not.toEqual([]);
    });

    it(`${sentence}: the reference does`, async () => {
      const { failed, proven } = await show(attacks, referenceVerifier());
      expect(failed).toEqual([]);
      expect(proven).toBeGreaterThan(0);
    });

    it(`${sentence}: ${options.brokenBy} does not`, async () => {
      const animal = zoo.find((one) => one.id === options.brokenBy);
      expect(animal).toBeDefined();
      if (animal === undefined) return;
      const { failed } = await show(attacks, animal.create());
      expect(failed).not.toEqual([]);
    });
  });
}

async function show(attacks: readonly AnyAttack[], verifier: Verifier): Promise<Shown> {
  const host = await directHost('claimed', verifier);
  const failed: string[] = [];
  let proven = 0;
  for (const attack of attacks)
    for (let round = 0; round < rounds; round++) {
      const one = drawCase(attack, round, 1);
      if (isInapplicable(one)) continue;
      const { ruling, control } = await tryCase(host, one, new ControlCache());
      if (control?.verdict === 'failed')
        failed.push(`${attack.handle} control ${control.kind}: ${control.note}`);
      if (ruling.verdict === 'failed') failed.push(`${attack.handle} ${ruling.kind}: ${ruling.note}`);
      if (ruling.verdict === 'proven') proven++;
    }
  return { failed, proven };
}
