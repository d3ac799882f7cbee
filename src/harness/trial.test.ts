import { describe, expect, it } from 'vitest';
import { lowerNumber } from '../attacks/rollback.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { type Case, drawCase, isInapplicable } from './case.ts';
import { directHost } from './direct-host.ts';
import { caseFromFile, caseToFile } from './finding.ts';
import { ControlCache, tryCase } from './trial.ts';

const one = drawCase(lowerNumber, 0, 1) as Case;

/** The reference, which keeps from its effects the moment of authentication. */
async function withoutMoment(reports: 'claimed' | 'not claimed'): Promise<Verifier> {
  const verifier = referenceVerifier();
  const claims = await verifier.hello();
  const known = claims.reports.filter((part) => reports === 'claimed' || part !== 'effects');
  return {
    hello: () => ({ ...claims, reports: known }),
    open: async (recipient) => {
      const session = await verifier.open(recipient);
      return {
        deliver: async (delivery) => {
          const decision = await session.deliver(delivery);
          if (decision.kind === 'interrupted') return decision;
          const effects = decision.effects?.filter(({ kind }) => kind !== 'authenticated') ?? [];
          return { ...decision, effects };
        },
      };
    },
  };
}

describe('a case', () => {
  it('was drawn', () => {
    expect(isInapplicable(one)).toBe(false);
  });

  it('is judged by effects only where the verifier claims to report them', async () => {
    const ruling = async (reports: 'claimed' | 'not claimed') => {
      const host = await directHost('mine', await withoutMoment(reports));
      const { ruling, control } = await tryCase(host, one, new ControlCache());
      return [control?.verdict, control?.kind, ruling.verdict];
    };
    expect(await ruling('claimed')).toEqual(['failed', 'early-effect', 'inconclusive']);
    expect(await ruling('not claimed')).toEqual(['accepted', undefined, 'proven']);
  });
});

describe('a stored case', () => {
  const file = JSON.parse(JSON.stringify(caseToFile(one)));

  it('is read back', () => {
    expect(caseFromFile(file, 'here').attacked).toEqual(one.attacked);
  });

  it('is refused with a demand or an expectation that means nothing', () => {
    const steps = file.attacked.steps.map((step: object) => ({ ...step, must: 'foo' }));
    expect(() => caseFromFile({ ...file, attacked: { ...file.attacked, steps } }, 'here')).toThrow('"foo"');
    expect(() => caseFromFile({ ...file, expect: { strength: 'must-reject' } }, 'here')).toThrow('clause');
  });
});
