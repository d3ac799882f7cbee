import { describe, expect, it } from 'vitest';
import type { Payload } from '../../device/delivery.ts';
import type { Command } from '../../suit/model.ts';
import {
  act,
  compatibility,
  component,
  deliver,
  image,
  index,
  manifest,
  network,
  oldImage,
  recipient,
  set,
  sha256,
  twoComponents,
  uri,
} from './fixtures/trial.ts';
import { defaultLimits } from './work.ts';

const reasonOf = async (decision: ReturnType<typeof deliver>) => {
  const made = await decision;
  return made.kind === 'rejected' ? made.reason : made.kind;
};

const fetched = async (decision: ReturnType<typeof deliver>) =>
  ((await decision).effects ?? []).flatMap((effect) => (effect.kind === 'fetch' ? [effect.uri] : []));

const other = 'http://other.example/image';
const redirect = (from: string, to: string): Payload => ({ uri: from, kind: 'redirect', to });
const at = (place: string): Payload => ({ uri: place, kind: 'bytes', bytes: image });

describe('a redirect', () => {
  it('is followed, and each request seen', async () => {
    const payloads = [redirect(uri, other), at(other)];
    expect(await reasonOf(deliver(manifest(), { payloads }))).toBe('accepted');
    expect(await fetched(deliver(manifest(), { payloads }))).toEqual([uri, other]);
  });

  it('is followed as often as the limit says, and a loop ends there', async () => {
    const chain = (hops: number): readonly Payload[] => [
      redirect(uri, `${other}/1`),
      ...Array.from({ length: hops - 1 }, (_, i) => redirect(`${other}/${i + 1}`, `${other}/${i + 2}`)),
      at(`${other}/${hops}`),
    ];
    expect(await reasonOf(deliver(manifest(), { payloads: chain(defaultLimits.redirects) }))).toBe(
      'accepted',
    );
    const tooFar = deliver(manifest(), { payloads: chain(defaultLimits.redirects + 1) });
    expect(await reasonOf(tooFar)).toBe('fetch-failed');
    const loop = deliver(manifest(), { payloads: [redirect(uri, other), redirect(other, uri)] });
    expect(await reasonOf(loop)).toBe('fetch-failed');
    expect(await fetched(loop)).toHaveLength(defaultLimits.redirects + 1);
  });

  it('is not followed to where the recipient does not fetch from', async () => {
    const away = deliver(manifest(), {
      payloads: [redirect(uri, 'ftp://other.example/'), at('ftp://other.example/')],
    });
    expect(await reasonOf(away)).toBe('uri-rejected');
  });
});

describe('a slow answer', () => {
  const slow = (seconds: number): readonly Payload[] => [{ uri, kind: 'slow', seconds, bytes: image }];

  it('is waited for until the limit', async () => {
    expect(await reasonOf(deliver(manifest(), { payloads: slow(defaultLimits.fetchSeconds) }))).toBe(
      'accepted',
    );
    expect(await reasonOf(deliver(manifest(), { payloads: slow(defaultLimits.fetchSeconds + 1) }))).toBe(
      'limit-time',
    );
  });
});

describe('what the network answers the second time', () => {
  const twice = manifest({ install: [set({ uri }), act('fetch'), act('fetch'), act('imageMatch')] });
  const laterPayloads: readonly Payload[] = [{ uri, kind: 'bytes', bytes: oldImage }];

  it('may be another thing, for the same URI alone', async () => {
    expect(await reasonOf(deliver(twice, { laterPayloads }))).toBe('image-mismatch');
    expect(await reasonOf(deliver(manifest(), { laterPayloads }))).toBe('accepted');
    const apart = manifest({
      install: [set({ uri: other }), act('fetch'), set({ uri }), act('fetch'), act('imageMatch')],
    });
    expect(await reasonOf(deliver(apart, { payloads: [...network, at(other)], laterPayloads }))).toBe(
      'accepted',
    );
  });
});

describe('what was fetched without a digest', () => {
  const pair = recipient({ components: [component(0), component(1)] });
  const wanted = set({ imageDigest: sha256(image) });
  const copied = [index(0), set({ sourceComponent: 1n }), act('copy')];
  const update = (...install: readonly Command[]) =>
    deliver(
      twoComponents({
        sharedSequence: [index(true), ...compatibility],
        install: [index(1), set({ uri }), act('fetch'), ...install],
        validate: [index(0), act('vendorIdentifier')],
        invoke: [],
      }),
      { recipient: pair },
    );

  it('is not left behind, neither where it was fetched nor where it was copied', async () => {
    expect(await reasonOf(update())).toBe('not-validated');
    expect(await reasonOf(update(...copied))).toBe('not-validated');
  });

  it('is known where it, or its copy, was checked', async () => {
    expect(await reasonOf(update(wanted, act('imageMatch')))).toBe('accepted');
    expect(await reasonOf(update(...copied, wanted, act('imageMatch')))).toBe('accepted');
  });

  it('is not known by what was checked elsewhere and is another thing', async () => {
    const old = set({ imageDigest: sha256(oldImage) });
    expect(await reasonOf(update(index(0), old, act('imageMatch')))).toBe('not-validated');
  });

  it('moves with a swap, and is no better known there', async () => {
    const swapped = [index(0), set({ sourceComponent: 1n }), act('swap')];
    expect(await reasonOf(update(...swapped))).toBe('not-validated');
    expect(await reasonOf(update(...swapped, wanted, act('imageMatch')))).toBe('accepted');
  });
});
