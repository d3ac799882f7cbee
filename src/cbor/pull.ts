/**
 * A pull parser for a small device: forward only, over bytes in place, all its state in words that the caller gives.
 *
 * It makes no object per item, does not recurse and uses no bigint. It accepts exactly what `readItem` accepts
 * under the same limits (RFC 8949 §3 and appendix F), and reports the same error at the same byte.
 *
 * The state's layout is in `pull-state.ts`; the instance itself holds two references and no more.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import { checkContent, decodeHead, fail } from './pull-head.ts';
import { countItem, passShortHeads, pop, push } from './pull-levels.ts';
import { beforeKey, beforeValue, fixedWords, pullCode, untilBreak, word } from './pull-state.ts';

export interface PullOptions {
  /** Heads that may be read before `limit-count`; default 100,000. */
  readonly maxSteps?: number;
  readonly start?: number;
  readonly end?: number;
}

/** Every method that can fail returns a `pullCode`; after the first error all return it again. */
export class PullParser {
  readonly bytes: Uint8Array;
  readonly state: Int32Array;

  /** Levels: whatever words of `state` remain after the fixed ones. */
  constructor(bytes: Uint8Array, state: Int32Array, options: PullOptions = {}) {
    if (state.length < fixedWords) {
      throw new BenchError('pull-state', `a pull parser needs ${fixedWords} words at least`, {
        blame: 'bench',
      });
    }
    this.bytes = bytes;
    this.state = state;
    state.fill(0, 0, fixedWords);
    state[word.maxSteps] = options.maxSteps ?? 100_000;
    this.restart(options.start ?? 0, options.end ?? bytes.length);
  }

  /** Parses another stretch of the same bytes. The steps go on counting; an error is forgotten. */
  restart(start: number, end: number): void {
    if (start < 0 || start > end || end > this.bytes.length) {
      throw new BenchError('pull-range', `no bytes ${start} to ${end}`, { blame: 'bench' });
    }
    this.state[word.position] = start;
    this.state[word.end] = end;
    this.state[word.error] = pullCode.ok;
    this.state[word.depth] = 0;
  }

  get position(): number {
    return this.state[word.position]!;
  }

  /** Heads read: the cost of parsing, the same on every machine. */
  get steps(): number {
    return this.state[word.steps]!;
  }

  /** The most levels that were open at once, for an exact high-water mark: `stateWords(deepest)`. */
  get deepest(): number {
    return this.state[word.deepest]!;
  }

  get error(): number {
    return this.state[word.error]!;
  }

  get errorOffset(): number {
    return this.state[word.errorOffset]!;
  }

  /** Of the head that `readHead` read last, as are the six after it. */
  get major(): number {
    return this.state[word.major]!;
  }

  /** 31: indefinite length, or a break where the major type is 7. */
  get info(): number {
    return this.state[word.info]!;
  }

  get argumentHigh(): number {
    return this.state[word.high]! >>> 0;
  }

  get argumentLow(): number {
    return this.state[word.low]! >>> 0;
  }

  get headStart(): number {
    return this.state[word.headStart]!;
  }

  get contentStart(): number {
    return this.state[word.contentStart]!;
  }

  /** After the bytes of a string of definite length; otherwise the same as `contentStart`. */
  get contentEnd(): number {
    return this.state[word.contentEnd]!;
  }

  get atEnd(): boolean {
    return this.position === this.state[word.end]!;
  }

  /**
   * Reads the next head and goes to what follows it: past the content of a string of definite length, else to
   * the first child or chunk. A claimed length or count that the bytes cannot hold is refused here.
   */
  readHead(): number {
    const code = decodeHead(this.bytes, this.state);
    return code === pullCode.ok ? checkContent(this.state) : code;
  }

  /** Takes a break if it stands next: the end of an array or map of indefinite length that the caller walks. */
  takeBreak(): boolean {
    const { state } = this;
    const next = state[word.position]!;
    if (state[word.error] !== pullCode.ok || next >= state[word.end]! || this.bytes[next] !== 0xff)
      return false;
    return this.readHead() === pullCode.ok;
  }

  /** Goes into the byte string whose head was read last: its content is parsed as if there were nothing else. */
  enter(): number {
    const { state } = this;
    if (state[word.error] !== pullCode.ok) return state[word.error]!;
    if (
      state[word.major] !== 2 ||
      state[word.info] === 31 ||
      state[word.position] !== state[word.contentEnd]
    ) {
      throw new BenchError('pull-enter', 'enter() must follow the head of a definite byte string', {
        blame: 'bench',
      });
    }
    const code = push(this.state, state[word.end]!);
    if (code !== pullCode.ok) return code;
    state[word.end] = state[word.contentEnd]!;
    state[word.position] = state[word.contentStart]!;
    return pullCode.ok;
  }

  /** Goes out of the byte string entered last; bytes not parsed are `trailing-data`. */
  leave(): number {
    const code = this.finish();
    if (code === pullCode.ok) this.state[word.end] = pop(this.state);
    return code;
  }

  /** Has everything been parsed? Bytes left over are `trailing-data`. */
  finish(): number {
    if (this.error !== pullCode.ok) return this.error;
    return this.atEnd ? pullCode.ok : fail(this.state, pullCode['trailing-data'], this.position);
  }

  /** Skips the next item with all that is in it; of the heads in it nothing need be noted. */
  skip(): number {
    return this.#skipTo(this.state[word.depth]!);
  }

  /** Skips what is in the item whose head was read last. */
  skipRest(): number {
    const base = this.state[word.depth]!;
    const code = this.#takeItem(base);
    return code !== pullCode.ok || this.state[word.depth] === base ? code : this.#skipTo(base);
  }

  /** Reads heads until an item is complete that is no part of another one above `base`. */
  #skipTo(base: number): number {
    const { state } = this;
    while (!passShortHeads(this.bytes, state, base)) {
      const head = this.readHead();
      if (head !== pullCode.ok) return head;
      const code = this.#takeItem(base);
      if (code !== pullCode.ok || state[word.depth] === base) return code;
    }
    return pullCode.ok;
  }

  /** The item, or the break, whose head was read last: opens a level, or is complete. */
  #takeItem(base: number): number {
    const before = this.state[word.depth]!;
    const code = this.#openOrClose(base);
    if (code === pullCode.ok && this.state[word.depth]! <= before) countItem(this.state, base);
    return code;
  }

  /** Opens a level for an item with children, closes one at a break; what has none is complete as it is. */
  #openOrClose(base: number): number {
    const { state } = this;
    const major = state[word.major]!;
    const indefinite = state[word.info] === 31;
    if (major === 7 && indefinite) return this.#closeAtBreak(base);
    if (major <= 3) return major >= 2 && indefinite ? this.#skipChunks(major) : pullCode.ok;
    if (major === 7) return pullCode.ok;

    if (indefinite) return push(this.state, major === 4 ? untilBreak : beforeKey);
    const missing = major === 6 ? 1 : state[word.low]! * (major - 3);
    const code = push(this.state, missing);
    if (code === pullCode.ok && missing === 0) pop(state);
    return code;
  }

  #closeAtBreak(base: number): number {
    const { state } = this;
    const at = state[word.headStart]!;
    if (state[word.depth] === base) return fail(this.state, pullCode['stray-break'], at);
    const level = pop(this.state);
    if (level === untilBreak || level === beforeKey) return pullCode.ok;
    return fail(this.state, pullCode[level === beforeValue ? 'odd-map' : 'stray-break'], at);
  }

  #skipChunks(major: number): number {
    const { state } = this;
    for (;;) {
      const code = decodeHead(this.bytes, this.state);
      if (code !== pullCode.ok) return code;
      const indefinite = state[word.info] === 31;
      const isBreak = state[word.major] === 7 && indefinite;
      if (!isBreak && (state[word.major] !== major || indefinite)) {
        return fail(this.state, pullCode['bad-chunk'], state[word.headStart]!);
      }
      const content = checkContent(this.state);
      if (content !== pullCode.ok || isBreak) return content;
    }
  }
}
