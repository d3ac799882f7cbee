import { describe, expect, it } from 'vitest';
import { digestOf } from '../../cose/algorithms.ts';
import type { Content } from '../../device/recipient.ts';
import type { Command } from '../../suit/model.ts';
import {
  answerTo,
  classes,
  component,
  condition,
  device,
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

  it('must have held there, not in a branch that was not taken, nor in another section', () => {
    const [set, vendorHolds, classHolds] = identity as readonly [Command, Command, Command];
    const taken = tryEach([set, vendorHolds], [classHolds]);
    expect(answerTo(manifest([], { sharedSequence: [taken] }))).toBe('class-mismatch');
    const later = { sharedSequence: [set, vendorHolds], validate: [classHolds] };
    expect(answerTo(manifest([], later))).toBe('class-mismatch');
    const halted = run(override({ softFailure: true }), set, vendorHolds, condition('abort'), classHolds);
    expect(answerTo(manifest([], { sharedSequence: [halted] }))).toBe('class-mismatch');
    expect(answerTo(manifest([], { sharedSequence: [run(set, vendorHolds, classHolds)] }))).toBe('accepted');
  });
});

describe('image-match and check-content in the shared sequence', () => {
  it('compare the component’s current slot', () => {
    expectAnswers([
      ['fits', [override({ imageDigest, imageSize: 3n }), condition('imageMatch')], 'accepted'],
      ['other digest', [override({ imageDigest: otherDigest }), condition('imageMatch')], 'image-mismatch'],
      ['other size', [override({ imageDigest, imageSize: 2n }), condition('imageMatch')], 'size-mismatch'],
      [
        'huge size',
        [override({ imageDigest, imageSize: 2n ** 64n - 1n }), condition('imageMatch')],
        'size-mismatch',
      ],
      ['content', [override({ content: image }), condition('checkContent')], 'accepted'],
      [
        'prefix',
        [override({ content: image.subarray(0, 2) }), condition('checkContent')],
        'content-mismatch',
      ],
    ]);
  });

  it('know assumed content by its digest', () => {
    const assumed = { kind: 'assumed', digest: imageDigest, size: 3n } as const;
    const to = { ...recipient, components: [component(0, { slots: [assumed] })] };
    const answerFor = (...commands: Command[]) => answerTo(manifest(commands), { to });
    const matches = condition('imageMatch');
    expect(answerFor(override({ imageDigest, imageSize: 3n }), matches)).toBe('accepted');
    expect(answerFor(override({ imageDigest, imageSize: 4n }), matches)).toBe('size-mismatch');
    expect(answerFor(override({ imageDigest: otherDigest }), matches)).toBe('image-mismatch');
    expect(answerFor(override({ content: image }), condition('checkContent'))).toBe('accepted');
    expect(answerFor(override({ content: Uint8Array.of(9) }), condition('checkContent'))).toBe(
      'content-mismatch',
    );
  });

  it('find no image where nothing is, not even one of no bytes', () => {
    const ofNothing = { algorithm: -16, bytes: digestOf(-16, new Uint8Array(0))! };
    const matches = [override({ imageDigest: ofNothing }), condition('imageMatch')];
    const holding = (content: Content) => ({
      ...recipient,
      components: [component(0, { slots: [content] })],
    });
    expect(answerTo(manifest(matches), { to: holding({ kind: 'empty' }) })).toBe('image-mismatch');
    const none: Content = { kind: 'bytes', bytes: new Uint8Array(0) };
    expect(answerTo(manifest(matches), { to: holding(none) })).toBe('accepted');
  });

  it('refuse an algorithm that the recipient lacks, soft-failure or not', () => {
    const digest = { algorithm: -44, bytes: new Uint8Array(64) };
    const asked = [override({ imageDigest: digest }), condition('imageMatch')];
    expect(answerTo(manifest(asked))).toBe('digest-alg-unsupported');
    expect(answerTo(manifest([tryEach(asked, null)]))).toBe('digest-alg-unsupported');
  });

  it('take the first image-size bytes of a slot of fixed size, if the rest is erased', () => {
    const matches = (bytes: Uint8Array, imageSize: bigint) => {
      const to = {
        ...recipient,
        components: [component(0, { storage: 'fixed', slots: [{ kind: 'bytes', bytes }] })],
      };
      return answerTo(manifest([override({ imageDigest, imageSize }), condition('imageMatch')]), { to });
    };
    const padded = Uint8Array.of(1, 2, 3, 0xff, 0xff);
    expect(matches(padded, 3n)).toBe('accepted');
    expect(matches(padded, 4n)).toBe('image-mismatch');
    expect(matches(padded.with(4, 0), 3n)).toBe('size-mismatch');
    expect(matches(padded, 6n)).toBe('size-mismatch');
  });
});
