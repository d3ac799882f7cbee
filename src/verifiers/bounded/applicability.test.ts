import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../cose/algorithms.ts';
import type { Decision } from '../../device/decision.ts';
import { unclaimed } from '../../harness/claims-fit.ts';
import { buildScenario } from '../../scenarios/build.ts';
import { arbitraryPlan } from '../../scenarios/plan-arbitrary.ts';
import type { Command } from '../../suit/model.ts';
import type { Claims, Session } from '../verifier.ts';
import { boundedVerifier } from './bounded.ts';
import {
  answerTo,
  classes,
  component,
  condition,
  deliver,
  device,
  directive,
  identity,
  index,
  manifest,
  override,
  pair,
  recipient,
  run,
  tryEach,
  vendor,
} from './fixtures/device.ts';

const image = Uint8Array.of(1, 2, 3);
const imageDigest = { algorithm: -16, bytes: digestOf(-16, image)! };
const otherDigest = { algorithm: -16, bytes: digestOf(-16, Uint8Array.of(9))! };
const nobody = new Uint8Array(16).fill(7);
const slot = (n: bigint): Command[] => [override({ componentSlot: n }), condition('componentSlot')];

function expectAnswers(
  cases: readonly (readonly [what: string, commands: Command[], answer: string])[],
): void {
  for (const [what, commands, answer] of cases) {
    expect([what, answerTo(manifest(commands))]).toEqual([what, answer]);
  }
}

describe('identity conditions', () => {
  it('hold for any of the component’s own identifiers', () => {
    expect(answerTo(manifest())).toBe('accepted');
    const pen = { pen: Uint8Array.of(0x81, 0xfd, 0x59) };
    expectAnswers([
      ['device', [override({ deviceId: device }), condition('deviceIdentifier')], 'accepted'],
      ['another device', [override({ deviceId: nobody }), condition('deviceIdentifier')], 'device-mismatch'],
      ['another vendor', [override({ vendorId: nobody }), condition('vendorIdentifier')], 'vendor-mismatch'],
      ['another class', [override({ classId: nobody }), condition('classIdentifier')], 'class-mismatch'],
      [
        'a private enterprise number',
        [override({ vendorId: pen }), condition('vendorIdentifier')],
        'accepted',
      ],
      [
        'another number',
        [override({ vendorId: { pen: Uint8Array.of(1) } }), condition('vendorIdentifier')],
        'vendor-mismatch',
      ],
      ['slot 0', slot(0n), 'accepted'],
      ['slot 1', slot(1n), 'slot-mismatch'],
      ['slot 2^32', slot(2n ** 32n), 'slot-mismatch'],
    ]);
  });

  it('need their parameter, on the component they are asked for', () => {
    expectAnswers([
      ['device', [condition('deviceIdentifier')], 'param-missing'],
      ['slot', [condition('componentSlot')], 'param-missing'],
      ['image', [condition('imageMatch')], 'param-missing'],
    ]);
    expect(answerTo(pair([index(1), condition('vendorIdentifier')]))).toBe('param-missing');
    const own = [override({ vendorId: vendor, classId: classes[1] }), condition('classIdentifier')];
    expect(answerTo(pair([index(1), ...own]))).toBe('accepted');
    expect(answerTo(pair([index(1), override({ classId: classes[0] }), condition('classIdentifier')]))).toBe(
      'class-mismatch',
    );
  });

  it('must be in the shared sequence for vendor and class', () => {
    const vendorOnly = identity.slice(0, 2);
    expect(answerTo(manifest([], { sharedSequence: vendorOnly }))).toBe('class-mismatch');
    expect(answerTo(manifest([], { sharedSequence: [identity[0]!, identity[2]!] }))).toBe('vendor-mismatch');
    const { sharedSequence: _none, ...bare } = manifest();
    expect(answerTo(bare)).toBe('vendor-mismatch');
  });

  it('are asked of each selected component', () => {
    const both = override({ classId: classes[1] });
    expect(answerTo(pair([index(true), both, condition('classIdentifier')]))).toBe('class-mismatch');
    expect(answerTo(pair([index([1]), both, condition('classIdentifier')]))).toBe('accepted');
    const own = [index(1), override({ vendorId: vendor, classId: classes[1] })];
    expect(answerTo(pair([...own, index([1, 0]), condition('classIdentifier')]))).toBe('accepted');
    expect(answerTo(pair([...own, index(true), condition('vendorIdentifier')]))).toBe('accepted');
  });

  it('are followed in the other sections of the event, up to where it is no longer certain what runs', () => {
    const wrong = [override({ classId: nobody }), condition('classIdentifier')];
    expect(answerTo(manifest([], { validate: wrong }))).toBe('class-mismatch');
    expect(answerTo(manifest([], { load: wrong }))).toBe('accepted');
    expect(answerTo(manifest([], { load: wrong }), { event: 'boot' })).toBe('class-mismatch');
    expect(answerTo(manifest([], { install: wrong }), { event: 'boot' })).toBe('accepted');
    expect(answerTo(manifest([], { install: [tryEach([condition('abort')], null), ...wrong] }))).toBe(
      'accepted',
    );
    expect(answerTo(manifest([], { install: [directive('fetch')] }))).toBe('param-missing');
    expect(answerTo(manifest([], { install: [override({ uri: 'x:y' }), directive('fetch')] }))).toBe(
      'accepted',
    );
    expect(answerTo(manifest([], { install: [condition('abort')] }))).toBe('abort');
    // The shared sequence is run before each section, so an override in one does not reach the next.
    const leaves = [override({ deviceId: device }), condition('deviceIdentifier')];
    expect(answerTo(manifest([], { install: leaves, validate: [condition('deviceIdentifier')] }))).toBe(
      'param-missing',
    );
  });
});

describe('image-match and check-content in the shared sequence', () => {
  it('compare the component’s current slot', () => {
    expectAnswers([
      ['fits', [override({ imageDigest, imageSize: 3n }), condition('imageMatch')], 'accepted'],
      ['other digest', [override({ imageDigest: otherDigest }), condition('imageMatch')], 'image-mismatch'],
      ['other size', [override({ imageDigest, imageSize: 2n }), condition('imageMatch')], 'image-mismatch'],
      [
        'huge size',
        [override({ imageDigest, imageSize: 2n ** 64n - 1n }), condition('imageMatch')],
        'image-mismatch',
      ],
      ['content', [override({ content: image }), condition('checkContent')], 'accepted'],
      [
        'prefix',
        [override({ content: image.subarray(0, 2) }), condition('checkContent')],
        'content-mismatch',
      ],
    ]);
  });

  it('take the first image-size bytes of a slot of fixed size', () => {
    const bytes = Uint8Array.of(1, 2, 3, 0xff, 0xff);
    const fixed = component(0, { storage: 'fixed', slots: [{ kind: 'bytes', bytes }] });
    const to = { ...recipient, components: [fixed] };
    const matches = (imageSize: bigint) =>
      answerTo(manifest([override({ imageDigest, imageSize }), condition('imageMatch')]), { to });
    expect(matches(3n)).toBe('accepted');
    expect(matches(4n)).toBe('image-mismatch');
  });
});

describe('try-each and run-sequence', () => {
  const fails = condition('abort');
  const soft = (softFailure: boolean) => override({ softFailure });

  it('take the first branch that succeeds, and fail if none does', () => {
    expectAnswers([
      ['first', [tryEach(slot(0n), slot(1n))], 'accepted'],
      ['last', [tryEach(slot(1n), slot(2n), slot(0n))], 'accepted'],
      ['none', [tryEach(slot(1n), slot(2n))], 'try-exhausted'],
      ['nil', [tryEach(slot(1n), null)], 'accepted'],
      [
        'a parameter is missing in the first',
        [tryEach([condition('deviceIdentifier')], slot(0n))],
        'accepted',
      ],
      ['what the branch set stays', [tryEach(slot(0n), [fails]), condition('componentSlot')], 'accepted'],
      [
        'the second is not run',
        [tryEach(slot(0n), [override({ componentSlot: 1n })]), condition('componentSlot')],
        'accepted',
      ],
    ]);
  });

  it('keep soft-failure to the sequence it is set in', () => {
    expectAnswers([
      ['hard in a branch', [tryEach([soft(false), fails], slot(0n))], 'condition-failed'],
      ['run fails hard', [run(fails)], 'condition-failed'],
      ['run fails softly', [run(soft(true), fails, ...slot(1n))], 'accepted'],
      ['not inherited', [run(soft(true), run(fails))], 'condition-failed'],
      ['restored', [run(soft(true), tryEach([soft(false), ...slot(0n)], null), fails)], 'accepted'],
      ['over when the try-each is', [tryEach(slot(0n), null), fails], 'abort'],
      ['not at the top', [soft(true)], 'param-forbidden'],
    ]);
  });

  it('are run once for each selected component, with its index alone', () => {
    const ids = [index(1), override({ vendorId: vendor, classId: classes[1] })];
    const perClass = tryEach(
      [override({ classId: classes[0] }), condition('classIdentifier')],
      [override({ classId: classes[1] }), condition('classIdentifier')],
    );
    const onlyFirst = tryEach([override({ classId: classes[0] }), condition('classIdentifier')], [fails]);
    expect(answerTo(pair([...ids, index(true), perClass, condition('classIdentifier')]))).toBe('accepted');
    expect(answerTo(pair([...ids, index(true), onlyFirst]))).toBe('try-exhausted');
    // The pass for component 1 starts at its own index, whatever the first one set, and so does what follows.
    const moves = run(override({ classId: classes[0] }), index(0), condition('classIdentifier'));
    expect(answerTo(pair([...ids, index([1, 0]), moves]))).toBe('accepted');
    expect(answerTo(pair([...ids, index([1, 0]), moves, condition('classIdentifier')]))).toBe(
      'class-mismatch',
    );
  });

  it('end within the step limit, however they multiply', () => {
    let nested: Command = run(condition('vendorIdentifier'));
    for (let depth = 0; depth < 6; depth++) nested = run(index(true), nested, nested);
    const ids = [index(1), override({ vendorId: vendor, classId: classes[1] })];
    expect(answerTo(pair([...ids, index(true), nested, nested]))).toBe('limit-steps');
  });

  it('nest as deep as the bench’s limit, in room taken from the arena and given back', () => {
    const nest = (depth: number): Command =>
      depth === 0 ? condition('vendorIdentifier') : run(nest(depth - 1));
    const flat = deliver(manifest()).cost!.highWaterBytes!;
    const deep = deliver(manifest([nest(10)]));
    expect(deep.kind).toBe('accepted');
    expect(deep.cost!.highWaterBytes).toBeGreaterThan(flat);
    const twice = deliver(manifest([nest(10), nest(10)]));
    expect(twice.cost!.highWaterBytes).toBe(deep.cost!.highWaterBytes);
    expect(answerTo(manifest([nest(20)]))).toBe('limit-depth');
    expect(answerTo(manifest([nest(10)]), { arenaBytes: deep.cost!.highWaterBytes! - 4 })).toBe(
      'limit-memory',
    );
  });
});

describe('the bounded verifier and generated scenarios', () => {
  it('accepts every valid delivery as applicable', () => {
    fc.assert(
      fc.property(arbitraryPlan(), (plan) => {
        const { recipient: to, deliveries, needs } = buildScenario(plan);
        fc.pre(unclaimed(boundedVerifier().hello() as Claims, needs).length === 0);
        for (const { delivery, after } of deliveries) {
          const stored = after.installed === undefined ? {} : { installed: after.installed };
          const session = boundedVerifier().open({ ...to, ...stored }) as Session;
          const decision = session.deliver(delivery) as Decision;
          expect(decision).toMatchObject({ kind: 'accepted', level: 'applicable' });
          expect(decision.cost!.highWaterBytes).toBeLessThan(2048);
        }
      }),
      { numRuns: 200 },
    );
  });
});
