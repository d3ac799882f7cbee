import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameKey } from '../cose/key.ts';
import { algorithmProfiles, profileByName } from '../cose/profiles.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { digestAlgorithm } from '../suit/parts.ts';
import { buildScenario } from './build.ts';
import { arbitraryPlan, type PlanOptions } from './plan-arbitrary.ts';
import { consistent } from './settle.ts';

const sample = (options: PlanOptions, numRuns: number) =>
  fc
    .sample(arbitraryPlan(options), { numRuns, seed: 7 })
    .map((plan) => ({ plan, scenario: buildScenario(plan) }));

function tagsOf({ blocks }: EnvelopeParts): readonly number[] {
  return blocks.map((block) => (block.kind === 'tag' ? Number(block.tag) : 0));
}

describe('the authentication of planned releases', () => {
  it('is by every algorithm in COSE_Sign1 where that is asked for, none of them rare', () => {
    const drawn = sample({ family: 'valid.auth.sign1' }, 150).map(({ scenario }) => {
      expect(tagsOf(scenario.release)).toContain(18);
      return scenario.signers[0]!.algorithm;
    });
    for (const id of [-7, -8, -9, -19, -46])
      expect(drawn.filter((one) => one === id).length).toBeGreaterThan(10);
  });

  it.each([
    ['valid.auth.sign', 98],
    ['valid.auth.mac', 97],
    ['valid.auth.mac0', 17],
  ])('is in the structure of %s', (family, tag) => {
    for (const { scenario } of sample({ family }, 30)) expect(tagsOf(scenario.release)).toContain(tag);
  });

  it('is by all six profiles, with what they name and nothing else', () => {
    const drawn = sample({ family: 'valid.profiles.mti' }, 120);
    const names = drawn.map(({ plan, scenario: { recipient, needs, signers } }) => {
      const profile = profileByName(plan.authentication.profile)!;
      expect(recipient.capabilities.digests).toEqual([profile.digest]);
      expect(needs.digests).toEqual([profile.digest]);
      for (const { algorithm } of signers) expect(algorithm).toBe(profile.authentication);
      const allowed = [profile.authentication, profile.keyExchange];
      for (const { algorithms } of recipient.anchors)
        expect(allowed).toEqual(expect.arrayContaining([...algorithms]));
      return profile.name;
    });
    expect(new Set(names)).toEqual(new Set(algorithmProfiles.map(({ name }) => name)));
    expect(profileByName('suit-none')).toBeUndefined();
  });

  it('has the signatures that its recipient wants', () => {
    const kinds = sample({ family: 'valid.auth.policy' }, 80).map(
      ({ plan, scenario: { recipient, signers } }) => {
        const { policy, anchors } = recipient;
        const signed = anchors.filter(({ key }) => signers.some((signer) => sameKey(signer.key, key)));
        expect(signed).toHaveLength(2);
        if (policy.kind === 'all') expect(anchors).toHaveLength(2);
        if (policy.kind === 'at-least') expect(policy.count).toBe(2);
        if (policy.kind === 'roles') {
          expect(new Set(signed.flatMap(({ roles }) => roles))).toEqual(new Set(policy.roles));
        }
        return plan.authentication.policy;
      },
    );
    expect(new Set(kinds)).toEqual(new Set(['all', 'two', 'two-of-three', 'roles']));
  });

  it('has a digest algorithm of its own in each place', () => {
    const drawn = sample({ family: 'valid.digest.algs' }, 80);
    const mixed = drawn.filter(({ scenario: { needs } }) => needs.digests.length > 1);
    expect(mixed.length).toBeGreaterThan(20);
    const wrappers = drawn.map(({ scenario }) => digestAlgorithm(scenario.release));
    expect(new Set(wrappers)).toEqual(new Set([-16, -18, -43, -44, -45]));
    for (const { scenario } of drawn) {
      const { digests } = scenario.recipient.capabilities;
      expect(digests).toEqual(expect.arrayContaining([-16, ...scenario.needs.digests]));
    }
  });

  it('settles once', () => {
    for (const { plan } of sample({}, 200)) expect(consistent(plan)).toEqual(plan);
  });

  it('gives strangers keys of the signers’ kinds that nobody trusts', () => {
    for (const feature of ['mac-wrapped', 'hsslms', 'mac', 'sign'] as const) {
      for (const { scenario } of sample({ features: [feature] }, 10)) {
        const { signers, strangers, recipient } = scenario;
        expect(strangers.map(({ structure }) => structure)).toEqual(
          signers.map(({ structure }) => structure),
        );
        for (const stranger of strangers) {
          expect(recipient.anchors.some(({ key }) => sameKey(key, stranger.key))).toBe(false);
        }
      }
    }
  });
});
