import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BenchError } from '../bench-error.ts';
import { publicOf } from '../cose/key.ts';
import { readKeyFile } from '../cose/key-files.ts';
import { authorEd25519, strangerEd25519 } from '../cose/test-keys.ts';
import { encode, seal } from '../suit/parts.ts';
import { buildScenario } from './build.ts';
import { scenarioFromEnvelope } from './given.ts';
import { arbitraryPlan, type PlanOptions } from './plan-arbitrary.ts';
import type { Scenario } from './scenario.ts';

const one = (options: PlanOptions, seed = 3): Scenario =>
  buildScenario(fc.sample(arbitraryPlan(options), { numRuns: 1, seed })[0]!);
const allFromNetwork = arbitraryPlan({
  features: ['update', 'flat', 'sign1-eddsa', 'installed-number'],
}).filter(({ images }) => images.every(({ by }) => by === 'network'));
const simple = buildScenario(fc.sample(allFromNetwork, { numRuns: 1, seed: 3 })[0]!);
const key = simple.signers[0]!.key;
const eventsOf = ({ deliveries }: Scenario) => deliveries.map(({ delivery }) => delivery.event);
const networkOf = ({ deliveries }: Scenario) =>
  deliveries.flatMap(({ delivery }) =>
    delivery.payloads.flatMap((one) => (one.kind === 'bytes' ? [{ uri: one.uri, bytes: one.bytes }] : [])),
  );

function codeOf(make: () => unknown): string {
  try {
    make();
    return 'no error';
  } catch (error) {
    return error instanceof BenchError ? error.code : String(error);
  }
}

describe('scenarioFromEnvelope', () => {
  it('does with a generated envelope, its key and its payloads what the generator does', () => {
    const options = arbitraryPlan({ features: ['update', 'flat'] });
    fc.assert(
      fc.property(options, (plan) => {
        const planned = buildScenario(plan);
        const signer = planned.signers[0]!;
        const payloads = networkOf(planned);
        const given = scenarioFromEnvelope(encode(planned.release), { key: signer.key, payloads });
        expect(eventsOf(given)).toEqual(eventsOf(planned));
        expect(given.signers[0]).toMatchObject({ algorithm: signer.algorithm, structure: signer.structure });
        expect(encode(seal(given.release, planned.signers))).toEqual(encode(planned.release));
        expect(given.deliveries[0]!.after.installed).toEqual(encode(planned.release));
        expect(given.recipient.sequenceNumber ?? -1n).toBeLessThan(
          given.deliveries[0]!.after.sequenceNumber!,
        );
        for (const { component, bytes } of planned.images) {
          expect(given.deliveries[0]!.after.contents[component]).toEqual([{ kind: 'bytes', bytes }]);
        }
      }),
    );
  });

  it('signs as the envelope is signed', () => {
    const kid = one({ features: ['update', 'flat', 'kid', 'sign1-eddsa'] });
    const given = scenarioFromEnvelope(encode(kid.release), { key: kid.signers[0]!.key });
    expect(encode(seal(given.release, given.signers)).length).toBeLessThanOrEqual(encode(kid.release).length);
    expect(given.signers[0]!.kidIn).toBe(kid.signers[0]!.kidIn);
  });

  it('assumes the content of payloads that are not given', () => {
    const given = scenarioFromEnvelope(encode(simple.release), { key });
    const contents = given.deliveries[0]!.delivery.payloads.map(({ kind }) => kind);
    expect(new Set(contents)).toEqual(new Set(['assumed']));
    expect(given.images.every(({ bytes }) => bytes === undefined)).toBe(true);
  });

  it('has no signers where the key has no private part', () => {
    const given = scenarioFromEnvelope(encode(simple.release), { key: publicOf(key) });
    expect(given.signers).toEqual([]);
    expect(given.strangers).toHaveLength(1);
  });

  it('says what is wrong with envelope, key or payloads', () => {
    const bytes = encode(simple.release);
    const [payload] = networkOf(simple);
    const payloads = [{ uri: payload!.uri, bytes: Uint8Array.of(1, 2, 3, 4) }];
    expect(codeOf(() => scenarioFromEnvelope(bytes, { key, payloads }))).toBe('payload-mismatch');
    expect(codeOf(() => scenarioFromEnvelope(bytes, { key: strangerEd25519 }))).toBe('key-does-not-fit');
    expect(codeOf(() => scenarioFromEnvelope(bytes.subarray(1), { key }))).toBe('envelope-unusable');
    const unsigned = encode(seal(simple.release, []));
    expect(codeOf(() => scenarioFromEnvelope(unsigned, { key }))).toBe('key-does-not-fit');
    const nothing = one({ features: ['minimal', 'sign1-eddsa'] });
    expect(codeOf(() => scenarioFromEnvelope(encode(nothing.release), { key: authorEd25519 }))).toBe(
      'envelope-unusable',
    );
  });
});

const vectors = process.env.GAUNTLET_VECTORS;

describe.skipIf(!vectors)('the published examples', () => {
  const folder = join(vectors ?? '', 'manifest-37');
  const given = (name: string) =>
    scenarioFromEnvelope(readFileSync(join(folder, `${name}.suit`)), {
      key: readKeyFile(join(folder, 'example-key.jwk.json')),
    });

  it.each([
    ['example0', ['boot'], 1],
    ['example1', ['update'], 1],
    ['example2', ['boot'], 1],
    ['example2-full', ['update', 'boot'], 1],
    ['example3', ['update'], 1],
    // Its load section expects of a plain copy another digest than the source has: it cannot be booted.
    ['example4', ['update'], 3],
    ['example5', ['update', 'boot'], 2],
  ] as const)('%s gives a scenario with %j', (name, events, components) => {
    const scenario = given(name);
    expect(eventsOf(scenario)).toEqual(events);
    expect(scenario.recipient.components).toHaveLength(components);
    expect(scenario.deliveries.at(-1)!.level).toBe(events.at(-1) === 'boot' ? 'invoked' : 'installed');
    expect(scenario.signers).toMatchObject([{ algorithm: -7, structure: 'sign1' }]);
    expect(scenario.recipient.components[0]!.classIds).toHaveLength(1);
  });

  it('stand on the first slot of the A/B example, which has two', () => {
    const { recipient, deliveries } = given('example3');
    expect(recipient.components[0]).toMatchObject({
      current: 0,
      slots: [{ kind: 'empty' }, { kind: 'empty' }],
    });
    expect(deliveries[0]!.delivery.payloads.map(({ uri }) => uri)).toEqual(['http://example.com/file1.bin']);
    expect(deliveries[0]!.after.contents[0]![0]).toMatchObject({ kind: 'assumed', size: 34768n });
  });

  it('boot example 0 with the image in place, and example 5 with its first component invoked', () => {
    expect(given('example0').recipient.components[0]!.slots[0]).toMatchObject({
      kind: 'assumed',
      size: 34768n,
    });
    expect(given('example5').deliveries.at(-1)!.invokes).toEqual([0]);
  });
});
