import { afterEach, describe, expect, it, vi } from 'vitest';
import { crashText, lineLimit } from './crash-text.ts';

describe('what a run-time system writes', () => {
  it.each([
    [
      '==1==ERROR: AddressSanitizer: heap-use-after-free\n    #0 0x1 in f /x.c:3',
      'sanitizer',
      '#0 0x1 in f /x.c:3',
    ],
    ['/x.c:3:4: runtime error: shift exponent 40', 'undefined behaviour', 'shift exponent 40'],
    ["noise\nthread 'main' panicked at src/x.rs:3:5:", 'Rust panic', 'src/x.rs:3:5'],
    [
      'panic: index out of range\n\ngoroutine 1 [running]:\nmain.f()\n\t/x/main.go:9 +0x1',
      'Go panic',
      '/x/main.go:9',
    ],
    ['fatal error: all goroutines are asleep\r\n\r\ngoroutine 1 [chan receive]:', 'Go panic', 'goroutine 1'],
    [
      'Traceback (most recent call last):\n  File "x.py", line 2\nValueError: 3',
      'Python traceback',
      'ValueError: 3',
    ],
    ['free(): invalid pointer', 'heap check', 'invalid pointer'],
    ["x: y.c:3: f: Assertion `a == b' failed.", 'assertion', 'y.c:3'],
    ['Exception in thread "main" java.lang.Error\n\tat X.main(X.java:3)', 'Java exception', 'at X.main'],
  ])('%j is a %s', (text, name, trace) => {
    expect(crashText(`before\n${text}\nafter`.replace('\nafter', ''))).toMatchObject({ name });
    expect(crashText(text)?.trace).toContain(trace);
  });

  it.each([
    'panic: a word of its own',
    'goroutine 1 [running]:\npanic: too late',
    'do not panic: goroutine 1 is not at the start',
    'Traceback (most recent call last): not alone',
    'Assertion of nothing',
  ])('%j is no crash', (text) => {
    expect(crashText(text)).toBeUndefined();
  });
});

describe('its cost', () => {
  afterEach(() => vi.restoreAllMocks());

  /** Characters that expressions are run over, and the most at once. */
  function looked(text: string): { readonly all: number; readonly most: number } {
    const lengths: number[] = [];
    const { exec } = RegExp.prototype;
    vi.spyOn(RegExp.prototype, 'exec').mockImplementation(function (this: RegExp, of: string) {
      // Dividing into lines is one look at the whole, by an expression that never goes back.
      if (of !== text) lengths.push(of.length);
      return exec.call(this, of);
    });
    crashText(text);
    vi.restoreAllMocks();
    return {
      all: lengths.reduce((sum, one) => sum + one, 0),
      most: lengths.reduce((most, one) => Math.max(most, one), 0),
    };
  }

  it.each([
    ['lines that might be a Go panic', 'panic: \n'],
    ['one line that might be an assertion', ": Assertion 'x"],
    ['one line of numbers', '1:'],
  ])('grows with the length alone: %s', (_, part) => {
    for (const times of [2_000, 8_000]) {
      const text = part.repeat(times);
      const { all, most } = looked(text);
      expect(most).toBeLessThanOrEqual(lineLimit);
      expect(all).toBeLessThan(12 * text.length);
    }
  });
});
