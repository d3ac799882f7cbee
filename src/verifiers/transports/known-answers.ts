/**
 * Answers of a process that were read and checked before, told again for another session: most of what a verifier says
 * are a few sentences, and to read and check one costs more than all else that is done with it.
 *
 * @module
 */
import { isDecision, type Outcome } from '../../device/outcome.ts';

/** What became of a decision's line. */
export interface ReadDecision {
  readonly outcome: Outcome;
  /** How many of its fields the protocol does not know. */
  readonly unknownFields: number;
}

export type KnownAnswer =
  | { readonly kind: 'decision'; readonly session: number; readonly id: number; readonly read: ReadDecision }
  | { readonly kind: 'close'; readonly session: number };

/** Sentences kept; with the next one all are forgotten. */
const mostKnown = 1000;

/** With one of these it may be that what follows the start speaks of another session or id. */
const mayOverrule = /\\|"(?:type|session|id)"/;

export class KnownAnswers {
  /** By all that follows the start of the line. */
  readonly #decisions = new Map<string, ReadDecision>();

  /** What the line at this place of a text says; undefined: nobody has read such a one yet. */
  find(text: string, from: number, end: number): KnownAnswer | undefined {
    const start = startAt(text, from);
    if (start === undefined) return closeAt(text, from, end);
    const read = this.#decisions.get(text.slice(start.end, end));
    return read && { kind: 'decision', session: start.session, id: start.id, read };
  }

  /** Of a line in ASCII that was read as JSON; the same outcome is then given to many trials. */
  remember(line: string, read: ReadDecision): void {
    const start = startAt(line, 0);
    if (start === undefined || !isDecision(read.outcome) || !isFlat(read.outcome)) return;
    const rest = line.slice(start.end);
    if (mayOverrule.test(rest)) return;
    if (this.#decisions.size === mostKnown) this.#decisions.clear();
    this.#decisions.set(rest, { ...read, outcome: Object.freeze(read.outcome) });
  }
}

/**
 * How a line begins, as almost all write it, without spaces or with one after each mark. Anything else is read like any
 * JSON, so what these leave out costs time only.
 */
const styles = ['', ' '].map((space) => ({
  decision: `{"type":${space}"decision",${space}"session":${space}`,
  id: `,${space}"id":${space}`,
  close: `{"type":${space}"close",${space}"session":${space}`,
  next: `,${space}`,
}));

interface Start {
  readonly session: number;
  readonly id: number;
  /** Where the other fields begin. */
  readonly end: number;
}

function startAt(text: string, from: number): Start | undefined {
  for (const { decision, id, next } of styles) {
    if (!text.startsWith(decision, from)) continue;
    const first = from + decision.length;
    const firstEnd = digitsEnd(text, first);
    const second = firstEnd + id.length;
    const secondEnd = digitsEnd(text, second);
    if (!text.startsWith(id, firstEnd) || !text.startsWith(next, secondEnd)) return undefined;
    const [session, number] = [numberAt(text, first, firstEnd), numberAt(text, second, secondEnd)];
    if (session === undefined || number === undefined) return undefined;
    return { session, id: number, end: secondEnd + next.length };
  }
  return undefined;
}

function closeAt(text: string, from: number, end: number): KnownAnswer | undefined {
  for (const { close } of styles) {
    if (!text.startsWith(close, from)) continue;
    const first = from + close.length;
    const firstEnd = digitsEnd(text, first);
    const session = numberAt(text, first, firstEnd);
    if (session === undefined || firstEnd !== end - 1 || text[firstEnd] !== '}') return undefined;
    return { kind: 'close', session };
  }
  return undefined;
}

const digit0 = 0x30;
/** A double holds any number of so many digits. */
const mostDigits = 15;

function digitsEnd(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) >= digit0 && text.charCodeAt(at) < digit0 + 10) at++;
  return at;
}

/** Undefined: not as JSON writes a whole number, or too long a one. */
function numberAt(text: string, from: number, end: number): number | undefined {
  const length = end - from;
  if (length === 0 || length > mostDigits || (length > 1 && text.charCodeAt(from) === digit0))
    return undefined;
  let value = 0;
  for (let at = from; at < end; at++) value = 10 * value + text.charCodeAt(at) - digit0;
  return value;
}

/** Nothing in it can be changed once it is frozen. Effects, state and cost are hardly ever the same anyway. */
function isFlat(outcome: Outcome): boolean {
  return Object.values(outcome).every((value) => typeof value !== 'object');
}
