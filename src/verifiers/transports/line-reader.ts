/**
 * Lines of JSON out of a byte stream, under a limit.
 *
 * @module
 */
import { isUtf8 } from 'node:buffer';
import { describeThrown } from './cap-text.ts';

/** Bytes that one line may have, and that may come without one message in them. */
export const lineLimit = 4 * 1024 * 1024;

/** Lines of more bytes are not worth being known. */
const mostBytesKnown = 512;

export interface LineHandlers {
  /** Takes a line that it knows, of a text decoded as Latin-1. False: it has to be read. */
  known?(text: string, from: number, end: number): boolean;
  /** `line`: what it was read from, where that is short and in ASCII. */
  message(value: unknown, line?: string): void;
  /** The stream cannot be trusted any more; nothing follows. */
  wrong(error: string): void;
}

interface Read {
  readonly value: unknown;
  readonly line?: string;
}

export class LineReader {
  readonly #handlers: LineHandlers;
  #pieces: Buffer[] = [];
  #length = 0;
  /** Bytes of blank lines since the last message. */
  #blank = 0;
  #stopped = false;

  constructor(handlers: LineHandlers) {
    this.#handlers = handlers;
  }

  /** Something of an unfinished line has come. */
  get midLine(): boolean {
    return this.#length > 0;
  }

  push(chunk: Buffer): void {
    let text: string | undefined;
    for (let from = 0; from < chunk.length && !this.#stopped; ) {
      const end = chunk.indexOf(0x0a, from);
      if (this.#length === 0 && end > from && end - from <= mostBytesKnown) {
        text ??= chunk.toString('latin1');
        if (this.#handlers.known?.(text, from, end) === true) {
          this.#blank = 0;
          from = end + 1;
          continue;
        }
      }
      const piece = chunk.subarray(from, end < 0 ? chunk.length : end);
      this.#length += piece.length;
      if (this.#length + this.#blank > lineLimit) {
        this.#fail(`more than ${lineLimit} bytes without a message`);
        return;
      }
      if (piece.length > 0) this.#pieces.push(piece);
      if (end < 0) return;
      this.#line();
      from = end + 1;
    }
  }

  #line(): void {
    if (this.#length === 0) {
      this.#blank++;
      return;
    }
    const bytes = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
    const length = this.#length;
    this.#pieces = [];
    this.#length = 0;
    const read = this.#read(bytes);
    if (read === 'blank') {
      this.#blank += length + 1;
    } else if (read !== undefined) {
      this.#blank = 0;
      this.#handlers.message(read.value, read.line);
    }
  }

  /** Undefined: not readable, and reported. */
  #read(bytes: Buffer | undefined): Read | 'blank' | undefined {
    try {
      // Faster than TextDecoder.
      if (bytes === undefined || !isUtf8(bytes)) throw new TypeError('invalid UTF-8');
      const text = bytes.toString();
      const isAscii = text.length === bytes.length;
      const json = isAscii ? text : text.replace(/^\uFEFF/, '');
      if (json.trim() === '') return 'blank';
      const value: unknown = JSON.parse(json);
      return isAscii && text.length <= mostBytesKnown ? { value, line: text } : { value };
    } catch (thrown) {
      this.#fail(`a line that is not JSON in UTF-8: ${describeThrown(thrown)}`);
      return undefined;
    }
  }

  #fail(error: string): void {
    this.#stopped = true;
    this.#pieces = [];
    this.#handlers.wrong(error);
  }
}
