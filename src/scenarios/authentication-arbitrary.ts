/**
 * Draws how a plan's release is authenticated: Ed25519 by one author in a COSE_Sign1 when shrunk.
 *
 * @module
 */

import fc from 'fast-check';
import { algorithmProfiles } from '../cose/profiles.ts';
import type { Feature } from './features.ts';
import type { AuthenticationPlan } from './plan.ts';

/**
 * In 25 draws 17 of Ed25519, whose signatures cost little, 4 of P-256, 3 of a MAC and 1 of HSS/LMS; evenly where
 * every signature algorithm is asked for. Choices may exclude each other; `settleAuthentication` makes a plan of them.
 */
export function authenticationPlan(wanted: readonly Feature[]): fc.Arbitrary<AuthenticationPlan> {
  const isEven = wanted.includes('sign1-any');
  const algorithms: readonly (readonly [AuthenticationPlan['algorithm'], weight: number])[] = [
    [-19, 11],
    [-8, 6],
    [-9, 2],
    [-7, 2],
    [5, 3],
    [-46, 1],
  ];
  return fc.record(
    {
      algorithm: weighted(
        algorithms.map(([id, weight]) => [id, isEven && id !== 5 ? 1 : isEven ? 0 : weight]),
      ),
      form: weighted<AuthenticationPlan['form']>([
        ['one', 10],
        ['many', 1],
        ['mixed', 1],
      ]),
      bodyFilled: fc.boolean(),
      wraps: fc.boolean(),
      unknownLabel: weighted([
        [false, 3],
        [true, 1],
      ]),
      kid: fc.constantFrom<AuthenticationPlan['kid']>('none', 'protected', 'unprotected'),
      second: weighted<AuthenticationPlan['second']>([
        ['none', 6],
        ['same-kind', 1],
        ['other-kind', 1],
      ]),
      bothSign: weighted([
        [false, 3],
        [true, 1],
      ]),
      secondFirst: fc.boolean(),
      policy: fc.constantFrom<AuthenticationPlan['policy']>(
        'any',
        'any',
        'two',
        'two-of-three',
        'all',
        'roles',
      ),
      profile: wanted.includes('profile')
        ? fc.constantFrom(...algorithmProfiles.map(({ name }) => name))
        : weighted([['none', 40], ...algorithmProfiles.map(({ name }) => [name, 1] as const)]),
    },
    { noNullPrototype: true },
  );
}

/** Shrinks to the first value. */
function weighted<T>(values: readonly (readonly [T, weight: number])[]): fc.Arbitrary<T> {
  const drawn = values.filter(([, weight]) => weight > 0);
  return fc.oneof(
    { withCrossShrink: true },
    ...drawn.map(([value, weight]) => ({ weight, arbitrary: fc.constant(value) })),
  );
}
