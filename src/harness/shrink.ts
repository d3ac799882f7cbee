/**
 * Shrinks a failing case to a small one that fails in the same way, within a budget of tries.
 *
 * @module
 */
import fc from 'fast-check';
import type { Host } from '../verifiers/host.ts';
import { type Case, caseArbitrary, makeCase, seedOf } from './case.ts';
import { ControlCache, tryCase } from './trial.ts';
import type { Ruling } from './verdict.ts';

export interface Shrunk {
  readonly smallest: Case;
  readonly ruling: Ruling;
  readonly tries: number;
}

/**
 * Draws the case again from its own seed and lets fast-check shrink plan and choice together. A candidate
 * counts only if it fails with the same kind. Falls back to the case as found.
 */
export async function shrink(
  host: Host,
  found: Case,
  ruling: Ruling,
  options: { readonly seed: number; readonly maxTries: number },
): Promise<Shrunk> {
  let best: Shrunk = { smallest: found, ruling, tries: 0 };
  if (found.plan === undefined) return best;
  let tries = 0;
  const fails = async ({ plan, choice }: { plan: unknown; choice: unknown }): Promise<boolean> => {
    if (tries >= options.maxTries) return false;
    tries++;
    const one = makeCase(found.attack, found.round, plan as NonNullable<Case['plan']>, choice);
    if (one === undefined) return false;
    const again = await tryCase(host, one, new ControlCache());
    if (again.ruling.verdict !== 'failed' || again.ruling.kind !== ruling.kind) return false;
    best = { smallest: one, ruling: again.ruling, tries };
    return true;
  };
  // The failing draw is the one whose plan and choice are the case's: find its attempt, then shrink from it.
  for (let attempt = 0; attempt < 12; attempt++) {
    const seed = seedOf(options.seed, found.attack.id, found.round, attempt);
    const [drawn] = fc.sample(caseArbitrary(found.attack), { seed, numRuns: 1 });
    if (JSON.stringify(drawn) !== JSON.stringify({ plan: found.plan, choice: found.choice })) continue;
    await fc.check(
      fc.asyncProperty(caseArbitrary(found.attack), async (value) => !(await fails(value))),
      { seed, numRuns: 1 },
    );
    break;
  }
  return { ...best, tries };
}
