import { describe, expect, it } from 'vitest';
import { hasScheme, isText } from './uri.ts';

const schemes = ['http', 'coap+tcp'];

/** Among other bytes, so that start and end count. */
function among(text: string): [bytes: Uint8Array, start: number, end: number] {
  const bytes = new TextEncoder().encode(`h:${text}:/`);
  return [bytes, 2, bytes.length - 2];
}

const allowed = (uri: string): boolean => hasScheme(...among(uri), schemes);

describe('a URI', () => {
  it.each([
    'http://a.example/1',
    'http:',
    'HTTP://A.example/1',
    'hTtP:x',
    'coap+tcp://[::1]:5683/a?b=c#d',
    'COAP+TCP:x',
    "http:-._~:/?#[]@!$&'()*+,;=09azAZ",
    'http:%41%fF%0a',
    'http:a%00',
  ])('is allowed by its scheme: %s', (uri) => {
    expect(allowed(uri)).toBe(true);
  });

  it.each([
    '',
    ':',
    'http',
    'https://a.example/1',
    'htt://a.example/1',
    'ftp://a.example/1',
    'coap://a.example/1',
    // One bit off: '+' with the bit of lower case is still '+', 0x0b with it would be.
    'coap\u000btcp:x',
    ' http:x',
    '1http:x',
    'ht_tp:x',
    'http//a.example:80',
    'http:a b',
    'http:a"b',
    'http:a\u0000',
    'http:ä',
    'http:%',
    'http:%4',
    'http:%4g',
    'http:%g4',
    'http:a%4',
    'http:%%41',
  ])('is not allowed: %j', (uri) => {
    expect(allowed(uri)).toBe(false);
  });

  it('is not allowed where there are no schemes', () => {
    expect(hasScheme(...among('http://a.example/1'), [])).toBe(false);
  });

  it('is not read beyond its end', () => {
    const bytes = new TextEncoder().encode('http:%41');
    expect(hasScheme(bytes, 0, 8, schemes)).toBe(true);
    expect(hasScheme(bytes, 0, 7, schemes)).toBe(false);
    expect(hasScheme(bytes, 0, 4, schemes)).toBe(false);
    expect(hasScheme(bytes, 0, 5, schemes)).toBe(true);
  });
});

describe('a text in place', () => {
  it('is equal in every character, and in length', () => {
    expect(isText(...among('#a'), '#a')).toBe(true);
    expect(isText(...among(''), '')).toBe(true);
    for (const other of ['#', '#ab', '#A', 'a#', ''])
      expect([other, isText(...among('#a'), other)]).toEqual([other, false]);
  });
});
