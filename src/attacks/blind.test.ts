import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawCase, isInapplicable } from '../harness/case.ts';
import { directHost } from '../harness/direct-host.ts';
import { ControlCache, tryCase } from '../harness/trial.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import type { AnyAttack } from './attack.ts';
import { blindAttacks, changeBytes, changeManifest } from './blind.ts';
import { byteChanges, withChanges } from './byte-change.ts';

const reference = await directHost('reference', referenceVerifier());

function cases(attack: AnyAttack, rounds: number) {
  const drawn = Array.from({ length: rounds }, (_, round) => drawCase(attack, round, 3));
  return drawn.filter((one) => !isInapplicable(one));
}

describe('blind changes', () => {
  it.each(blindAttacks.map((attack) => [attack.id, attack] as const))(
    '%s: JSON-safe, other bytes, and the reference is never caught by it',
    async (_id, attack) => {
      const drawn = cases(attack, 40);
      expect(drawn.length).toBeGreaterThan(20);
      for (const one of drawn) {
        expect(JSON.parse(JSON.stringify(one.choice))).toEqual(one.choice);
        expect(one.attacked.steps[0]?.delivery).not.toEqual(one.control.steps[0]?.delivery);
        const { ruling } = await tryCase(reference, one, new ControlCache());
        expect([ruling.verdict, ruling.note]).toEqual(['policy', expect.any(String)]);
      }
    },
  );

  it('pass authentication where the manifest is sealed anew, and seldom where not', async () => {
    const stages = async (attack: AnyAttack): Promise<number> => {
      let authentic = 0;
      for (const one of cases(attack, 30)) {
        const { ruling } = await tryCase(reference, one, new ControlCache());
        const effects = ruling.outcome && 'effects' in ruling.outcome ? ruling.outcome.effects : [];
        if (effects?.[0]?.kind === 'authenticated') authentic++;
      }
      return authentic;
    };
    expect(await stages(changeManifest)).toBeGreaterThan(20);
    expect(await stages(changeBytes)).toBeLessThan(20);
  });

  it('catch who accepts changed bytes and then holds another state', async () => {
    const careless: Verifier = {
      hello: () => referenceVerifier().hello(),
      async open(recipient) {
        const session = await referenceVerifier().open(recipient);
        return {
          async deliver(delivery) {
            const answer = await session.deliver(delivery);
            const { kind } = answer;
            if (kind !== 'rejected') return answer;
            return {
              kind: 'accepted',
              level: 'installed',
              effects: [{ kind: 'authenticated' }],
              state: { full: { ...recipient, contents: [] } },
            } as unknown as typeof answer;
          },
        };
      },
    };
    const host = await directHost('careless', careless);
    const rulings = await Promise.all(
      cases(changeBytes, 10).map((one) => tryCase(host, one, new ControlCache())),
    );
    expect(rulings.map(({ ruling }) => ruling.kind)).toContain('prohibited-effect');
  });
});

describe('withChanges', () => {
  it('makes bytes of any change, and never from nothing more than it was given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), byteChanges(60), (bytes, changes) => {
        const before = Uint8Array.from(bytes);
        const after = withChanges(bytes, changes);
        expect(bytes).toEqual(before);
        expect(after.length).toBeLessThanOrEqual(bytes.length + 16 * changes.length);
        expect(after.length).toBeGreaterThan(0);
      }),
    );
  });

  it('flips, sets, inserts, deletes, repeats and cuts', () => {
    const of = (kind: 'flip' | 'set' | 'insert' | 'delete' | 'repeat' | 'cut', at: number, value: number) => [
      ...withChanges(Uint8Array.of(1, 2, 3, 4), [{ kind, at, value }]),
    ];
    expect(of('flip', 1, 0)).toEqual([1, 3, 3, 4]);
    expect(of('set', 0, 9)).toEqual([9, 2, 3, 4]);
    expect(of('insert', 4, 9)).toEqual([1, 2, 3, 4, 9]);
    expect(of('delete', 1, 2)).toEqual([1, 4]);
    expect(of('repeat', 1, 2)).toEqual([1, 2, 3, 2, 3, 4]);
    expect(of('cut', 2, 0)).toEqual([1, 2]);
    expect(of('cut', 0, 0)).toEqual([1]);
  });
});
