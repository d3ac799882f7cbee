/**
 * Why a child is gone, told from its exit, its signal and its last words.
 *
 * @module
 */
import { describeHung } from '../../device/outcome.ts';
import { capText } from './cap-text.ts';
import { crashText } from './crash-text.ts';
import type { Failure } from './runner.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to stderr. */
  readonly stderr: string;
}

/** What memory's end looks like in the run-time systems we know: V8, CPython, C++, Rust, Go, Java, libc. */
const memoryWords =
  /heap out of memory|JavaScript out of memory|process out of memory|Array buffer allocation failed|MemoryError|std::bad_alloc|memory allocation of \d+ bytes failed|runtime: out of memory|cannot allocate memory|OutOfMemoryError/i;

/** An earlier complaint that it survived is not what killed it. */
const lastWordsLength = 8_192;

/** Did a thrown error or a last word come from a failed allocation? */
export function isOutOfMemory(text: string): boolean {
  return memoryWords.test(text);
}

/** Without a ceiling it is not the bench that stopped it. SIGABRT alone is a failed assertion as often as not, so only the words tell. */
export function failureOf(exit: Exit, ceilingBytes: number): Failure {
  if (Number.isFinite(ceilingBytes) && isOutOfMemory(exit.stderr.slice(-lastWordsLength))) {
    return { kind: 'exhausted', ceilingBytes, error: `${describeExit(exit)}: out of memory` };
  }
  const words = crashText(exit.stderr)?.trace ?? lastWords(exit.stderr);
  return { kind: 'crashed', error: capText(`${describeExit(exit)}${words === '' ? '' : `: ${words}`}`) };
}

/** What a thrown error means: a failed allocation is the ceiling's doing. */
export function failureOfThrown(error: string, ceilingBytes: number): Failure {
  return Number.isFinite(ceilingBytes) && isOutOfMemory(error)
    ? { kind: 'exhausted', ceilingBytes, error }
    : { kind: 'crashed', error };
}

/** What was wrong with the end of a program that was asked to end: a signal, or the words of a broken one. */
export function faultOf(exit: Exit | undefined): string | undefined {
  if (exit === undefined) return undefined;
  const words = crashText(exit.stderr);
  if (exit.signal === null && (words === undefined || (exit.code === 0 && !words.evenOnSuccess)))
    return undefined;
  return `while it ended: ${describeExit(exit)}${words ? `: ${words.trace}` : ''}`;
}

export function describeExit({
  code,
  signal,
}: {
  readonly code: number | null;
  readonly signal: string | null;
}): string {
  if (signal === 'SIGKILL')
    return 'killed by SIGKILL, not by the bench (the kernel does so when memory runs out)';
  if (signal !== null) return `died of ${signal}`;
  if (code !== null && code > 128 && code <= 128 + 64) return `exit status ${code} (signal ${code - 128})`;
  return code === null ? 'it could not be started' : `exit status ${code}`;
}

/** The last line of stderr that says something: not a stack frame, not Node's closing line. */
export function lastWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== '^' && !/^(at\s|Node\.js v\d|\}$)/.test(line));
  return capText(lines.at(-1) ?? '', 300);
}

/** A failure in one line. */
export function describeFailure(failure: Failure): string {
  switch (failure.kind) {
    case 'hung':
      return describeHung(failure);
    case 'exhausted':
      return failure.error ?? `more than ${failure.ceilingBytes} bytes`;
    case 'unsupported':
      return `unsupported: ${failure.feature}`;
    default:
      return failure.error;
  }
}
