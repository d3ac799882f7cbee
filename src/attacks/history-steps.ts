/**
 * What may happen in a history, as JSON-safe data that shrinks: fewer happenings first, then plainer ones.
 *
 * @module
 */
import fc from 'fast-check';
import type { PowerCut } from '../device/delivery.ts';
import { powerCut } from '../scenarios/history-features.ts';
import { distance } from './history.ts';

/** Numbers are decimal strings; how far they reach is cut to the room there is. */
export type Happening =
  /** The author's next release, with a number so far above the last. */
  | { readonly do: 'update'; readonly gap: string; readonly cut?: PowerCut }
  | { readonly do: 'boot'; readonly cut?: PowerCut }
  /** The newest release again. */
  | { readonly do: 'again' }
  | { readonly do: 'older'; readonly back: string }
  /** An untrusted key's release, with a number so far above all. */
  | { readonly do: 'forged'; readonly ahead: string }
  /** The next release, whose payload is not to be had. */
  | { readonly do: 'starved'; readonly gap: string }
  /** An attack on the next release; its choice is drawn with this seed. */
  | { readonly do: 'attacked'; readonly attack: string; readonly draw: number }
  /** The last hostile delivery again. */
  | { readonly do: 'repeat' }
  | { readonly do: 'rotate' }
  | { readonly do: 'revoke' }
  /** The newest release goes to another device. */
  | { readonly do: 'visit' }
  | { readonly do: 'clock'; readonly now: string };

export const mostHappenings = 8;

/** `attacks`: ids of those that may come. */
export function happenings(
  attacks: readonly string[],
  options: { readonly cuts: boolean },
): fc.Arbitrary<readonly Happening[]> {
  const gap = fc.constantFrom('1', '2', '255', '65536', '4294967296');
  const plain = <K extends 'again' | 'repeat' | 'rotate' | 'revoke' | 'visit'>(kind: K) =>
    fc.constant({ do: kind } as const);
  const kinds: readonly fc.WeightedArbitrary<Happening>[] = [
    { weight: 4, arbitrary: record({ do: fc.constant('update' as const), gap }) },
    { weight: 3, arbitrary: fc.constant({ do: 'boot' as const }) },
    { weight: 2, arbitrary: plain('again') },
    { weight: 3, arbitrary: record({ do: fc.constant('older' as const), back: distance }) },
    { weight: 2, arbitrary: record({ do: fc.constant('forged' as const), ahead: distance }) },
    { weight: 1, arbitrary: record({ do: fc.constant('starved' as const), gap }) },
    { weight: 1, arbitrary: plain('repeat') },
    ...(options.cuts
      ? [
          { weight: 6, arbitrary: record({ do: fc.constant('update' as const), gap, cut: powerCut }) },
          { weight: 1, arbitrary: record({ do: fc.constant('boot' as const), cut: powerCut }) },
        ]
      : [
          {
            weight: 4,
            arbitrary: record({
              do: fc.constant('attacked' as const),
              attack: fc.constantFrom(...attacks),
              draw: fc.nat({ max: 0xffff }),
            }),
          },
          { weight: 1, arbitrary: plain('rotate') },
          { weight: 1, arbitrary: plain('revoke') },
          { weight: 1, arbitrary: plain('visit') },
          {
            weight: 1,
            arbitrary: record({
              do: fc.constant('clock' as const),
              now: fc.constantFrom('0', '1700000000', '4294967296'),
            }),
          },
        ]),
  ];
  return fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: mostHappenings, size: 'max' });
}

function record<T>(fields: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(fields, { noNullPrototype: true });
}
