import { describe, expect, it } from 'vitest';
import { bytes, component, image, sha256 } from './fixtures/trial.ts';
import { componentRules } from './rules-component.ts';

const { contentEquals, fits, imageMatches, inTime, mayFollow, mayGoOn, payloadFrom, source } = componentRules;

describe('a redirect', () => {
  const [plain, secure, other] = ['http://a.example/1', 'https://a.example/1', 'https://b.example/2'];
  const follow = (
    from: string,
    to: string,
    hops = 0,
    schemes: readonly string[] = ['http', 'https', 'coaps'],
  ) => mayFollow(from, to, { hops, limit: 3, schemes });

  it('is followed to another host, into a secure channel, and from one to another', () => {
    expect(follow(plain, 'http://b.example/2')).toBe(true);
    expect(follow(plain, secure)).toBe(true);
    expect(follow(secure, other)).toBe(true);
    expect(follow('coaps://a.example/1', other)).toBe(true);
  });

  it('is not followed out of a secure channel, however its scheme is written', () => {
    expect(follow(secure, plain)).toBe('uri-rejected');
    expect(follow('HTTPS://a.example/1', plain)).toBe('uri-rejected');
    expect(follow('coaps://a.example/1', plain)).toBe('uri-rejected');
  });

  it('is followed to schemes that the recipient fetches from, and to no text that is no URI', () => {
    expect(follow(plain, other, 0, ['http'])).toBe('uri-rejected');
    expect(follow(plain, 'b.example/2')).toBe('uri-rejected');
    expect(follow(plain, 'http://b.example/a b')).toBe('uri-rejected');
  });

  it('is followed as often as the limit says', () => {
    expect(follow(plain, other, 2)).toBe(true);
    expect(follow(plain, other, 3)).toBe('fetch-failed');
  });
});

describe('a retrieval', () => {
  it('may take the time of the limit, and no longer', () => {
    expect(inTime(30, 30)).toBe(true);
    expect(inTime(31, 30)).toBe('limit-time');
  });

  it('goes on up to the size of the image and that of the slot', () => {
    expect(mayGoOn(10n, 10n, 10)).toBe(true);
    expect(mayGoOn(11n, 10n, 100)).toBe('size-mismatch');
    expect(mayGoOn(9n, 10n, 100)).toBe(true);
    expect(mayGoOn(11n, undefined, 10)).toBe('limit-size');
    expect(mayGoOn(10n, undefined, 10)).toBe(true);
  });

  it('never goes on without an end', () => {
    expect(mayGoOn(undefined, undefined, 10)).toBe('size-mismatch');
  });

  it('is from the envelope where the URI is a key of it, else from the network by its scheme', () => {
    const integrated = new Map([['#a', image]]);
    expect(payloadFrom('#a', integrated, [])).toEqual({ from: 'envelope', bytes: image });
    expect(payloadFrom('#b', integrated, ['http'])).toBe('fetch-failed');
    expect(payloadFrom('http://a.example/#', integrated, ['http'])).toEqual({ from: 'network' });
    expect(payloadFrom('HTTP://a.example/', integrated, ['http'])).toEqual({ from: 'network' });
    expect(payloadFrom('http://a.example/', integrated, ['https'])).toBe('uri-rejected');
    expect(payloadFrom('//a.example/', integrated, ['http'])).toBe('uri-rejected');
  });
});

describe('a source', () => {
  it('is another component of the manifest', () => {
    expect(source({ sourceComponent: 1n }, 0, 2)).toBe(1);
    expect(source({ sourceComponent: 0n }, 1, 2)).toBe(0);
    expect(source({ sourceComponent: 1n }, 1, 2)).toBe('source-missing');
    expect(source({ sourceComponent: 2n }, 0, 2)).toBe('source-missing');
    expect(source({}, 0, 2)).toBe('param-missing');
  });
});

describe('a content', () => {
  const zeros = (count: number) => new Uint8Array(count);

  it('equals what has the same bytes and the same length', () => {
    expect(contentEquals(image, image.slice())).toEqual({ equal: true, steps: 100 });
    expect(contentEquals(image, image.with(99, 0)).equal).toBe(false);
    expect(contentEquals(zeros(3), zeros(4))).toEqual({ equal: false, steps: 4 });
    expect(contentEquals(zeros(4), zeros(3)).equal).toBe(false);
    expect(contentEquals(zeros(0), zeros(0)).equal).toBe(true);
  });

  it('fits into a slot that it fills', () => {
    expect(fits(8n, 8)).toBe(true);
    expect(fits(9n, 8)).toBe('limit-size');
    expect(component(0).capacity).toBeGreaterThan(image.length);
  });
});

describe('an image', () => {
  const hashing = {
    hash: (of: Uint8Array) => sha256(of).bytes,
    matches: (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0,
  };
  const digest = sha256(image);
  const matches = (content: Parameters<typeof imageMatches>[0], size: bigint | undefined) =>
    imageMatches(content, { digest, size }, hashing);

  it('has the digest, and the size where one is wanted', () => {
    expect(matches(bytes(image), 100n)).toBe(true);
    expect(matches(bytes(image), undefined)).toBe(true);
    expect(matches(bytes(image), 99n)).toBe('size-mismatch');
    expect(matches(bytes(image.with(0, 9)), 100n)).toBe('image-mismatch');
    expect(matches({ kind: 'empty' }, 0n)).toBe('image-mismatch');
  });

  it('may be known by digest and size alone, by the same algorithm', () => {
    expect(matches({ kind: 'assumed', digest, size: 100n }, 100n)).toBe(true);
    expect(matches({ kind: 'assumed', digest }, 100n)).toBe(true);
    expect(matches({ kind: 'assumed', digest, size: 101n }, 100n)).toBe('size-mismatch');
    expect(matches({ kind: 'assumed', digest: { ...digest, algorithm: -43 }, size: 100n }, 100n)).toBe(
      'image-mismatch',
    );
  });
});
