import { describe, expect, it } from 'vitest';
import { escapeText } from './escape-text.ts';

describe('escapeText', () => {
  it.each([
    ['plain, ünï ☃ 漢', 'plain, ünï ☃ 漢'],
    ['\u001b[2J', '\\u{1b}[2J'],
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['\u202eabc\u2066', '\\u{202e}abc\\u{2066}'],
    ['\u009b1m\u007f\0', '\\u{9b}1m\\u{7f}\\u{0}'],
    ['\u2028\u200b\ufeff', '\\u{2028}\\u{200b}\\u{feff}'],
    ['\ud800', '\\u{d800}'],
    ['\\u{1b}', '\\\\u{1b}'],
  ])('%j', (text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });
});
