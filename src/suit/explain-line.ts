/**
 * A line of an explanation.
 *
 * @module
 */

/** `offset` and `end` say which bytes of the whole input the line is about. */
export interface ExplainedLine {
  readonly offset: number;
  readonly end: number;
  readonly depth: number;
  readonly text: string;
  readonly mark?: 'error' | 'ok';
}

/** Text of the input is data: nothing in it may steer a terminal or hide what stands beside it. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}
