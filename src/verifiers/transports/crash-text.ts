/**
 * What sanitizers and run-time systems write when a program broke: told from a complaint, and put in short.
 *
 * @module
 */
import { capText } from './cap-text.ts';

interface Sign {
  readonly name: string;
  /** Its first line. */
  readonly headline: RegExp;
  /** It may go on after it and end well: then the text alone says that it broke. */
  readonly evenOnSuccess: boolean;
  /** Python's says at its end what happened. */
  readonly isAtTheEnd?: boolean;
}

const signs: readonly Sign[] = [
  {
    name: 'sanitizer',
    headline: /^.*\b(?:Address|Leak|Memory|Thread|HWAddress|UndefinedBehavior)Sanitizer(?::| ).*$/m,
    evenOnSuccess: true,
  },
  { name: 'undefined behaviour', headline: /^.*:\d+(?::\d+)?: runtime error: .*$/m, evenOnSuccess: true },
  { name: 'Rust panic', headline: /^thread '.*' (?:\(\d+\) )?panicked at .*$/m, evenOnSuccess: false },
  {
    name: 'Go panic',
    headline: /^(?:panic|fatal error): .*$(?=[\s\S]*^goroutine \d+ )/m,
    evenOnSuccess: false,
  },
  {
    name: 'Python traceback',
    headline: /^Traceback \(most recent call last\):$/m,
    evenOnSuccess: false,
    isAtTheEnd: true,
  },
  {
    name: 'heap check',
    headline:
      /^.*(?:stack smashing detected|double free or corruption|(?:malloc|free|realloc|munmap_chunk)\(\): ).*$/m,
    evenOnSuccess: false,
  },
  { name: 'assertion', headline: /^.*: Assertion [`'"].*[`'"] failed\.?.*$/m, evenOnSuccess: false },
  { name: 'Java exception', headline: /^Exception in thread ".*" .*$/m, evenOnSuccess: false },
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

/** The first of such texts; undefined: there is none. */
export function crashText(output: string): CrashText | undefined {
  for (const { name, headline, evenOnSuccess, isAtTheEnd = false } of signs) {
    const found = headline.exec(output);
    if (found === null) continue;
    const lines = output.slice(found.index).split('\n');
    const places = lines.slice(1).filter((line) => frame.test(line));
    const said = isAtTheEnd ? lines.findLast((line) => line.trim() !== '') : lines[0];
    const nearest = isAtTheEnd ? places.slice(-framesKept) : places.slice(0, framesKept);
    const trace = [said ?? '', ...nearest].map((line) => line.trim()).join(' | ');
    return { name, trace: capText(trace, traceLimit), evenOnSuccess };
  }
  return undefined;
}
