/**
 * What sanitizers and run-time systems write when a program broke: told from a complaint, and put in short.
 *
 * @module
 */
import { capText } from './cap-text.ts';

interface Sign {
  readonly name: string;
  /** Its first line, or the beginning of that. */
  readonly headline: RegExp;
  /** A line that must come later. */
  readonly follows?: RegExp;
  /** It may go on after it and end well: then the text alone says that it broke. */
  readonly evenOnSuccess: boolean;
  /** Python's says at its end what happened. */
  readonly isAtTheEnd?: boolean;
}

const signs: readonly Sign[] = [
  {
    name: 'sanitizer',
    headline: /^.*\b(?:Address|Leak|Memory|Thread|HWAddress|UndefinedBehavior)Sanitizer(?::| )/,
    evenOnSuccess: true,
  },
  { name: 'undefined behaviour', headline: /^.*:\d+(?::\d+)?: runtime error: /, evenOnSuccess: true },
  { name: 'Rust panic', headline: /^thread '.*' (?:\(\d+\) )?panicked at /, evenOnSuccess: false },
  {
    name: 'Go panic',
    headline: /^(?:panic|fatal error): /,
    follows: /^goroutine \d+ /,
    evenOnSuccess: false,
  },
  {
    name: 'Python traceback',
    headline: /^Traceback \(most recent call last\):$/,
    evenOnSuccess: false,
    isAtTheEnd: true,
  },
  {
    name: 'heap check',
    headline:
      /^.*(?:stack smashing detected|double free or corruption|(?:malloc|free|realloc|munmap_chunk)\(\): )/,
    evenOnSuccess: false,
  },
  { name: 'assertion', headline: /^.*: Assertion [`'"].*[`'"] failed/, evenOnSuccess: false },
  { name: 'Java exception', headline: /^Exception in thread ".*" /, evenOnSuccess: false },
];

/** Lines that say where it was. */
const frame = /^\s*(?:#\d+ |at |File "|\d+: |goroutine \d+ |\S+\.go:\d+)/;
const framesKept = 4;
const traceLimit = 600;

export interface CrashText {
  readonly name: string;
  /** One line: what happened, and the places nearest to it. Foreign text. */
  readonly trace: string;
  readonly evenOnSuccess: boolean;
}

/** Of a line so much is looked at: what an expression costs may grow with the square of that, and of nothing else. */
export const lineLimit = 2000;

/** The first of such texts; undefined: there is none. Its cost grows with the output's length. */
export function crashText(output: string): CrashText | undefined {
  const lines = output.split(/\r\n|[\n\r\u2028\u2029]/);
  const heads = lines.map((line) => line.slice(0, lineLimit));
  for (const { name, headline, follows, evenOnSuccess, isAtTheEnd = false } of signs) {
    const at = heads.findIndex((line) => headline.test(line));
    const after = heads.slice(at + 1);
    if (at < 0 || (follows && !after.some((line) => follows.test(line)))) continue;
    const places = after.filter((line) => frame.test(line));
    const said = isAtTheEnd ? heads.findLast((line) => line.trim() !== '') : heads[at];
    const nearest = isAtTheEnd ? places.slice(-framesKept) : places.slice(0, framesKept);
    const trace = [said ?? '', ...nearest].map((line) => line.trim()).join(' | ');
    return { name, trace: capText(trace, traceLimit), evenOnSuccess };
  }
  return undefined;
}
