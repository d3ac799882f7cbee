/**
 * Lines to a child's standard input: those of one turn of the event loop leave in one write, which costs more than what
 * it writes.
 *
 * @module
 */
import type { Writable } from 'node:stream';
import { toHex } from '../../cbor/hex.ts';
import type { LineSink } from './process-lines.ts';
import { hexSlack, writeHex } from './write-hex.ts';

/** What is written is put together in a buffer of this many bytes, which is used again and again. */
const bufferBytes = 1 << 18;
/** So many bytes leave at once, so that the child need not wait for the end of the turn. */
const eagerBytes = 1 << 14;
/** UTF-8 needs no more for one UTF-16 unit. */
const mostBytesEach = 3;

export class LineWriter implements LineSink {
  readonly #stream: Writable | null;
  /** Comes after what is in the buffer. */
  #text = '';
  #buffer: Buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #length = 0;
  #isAwaited = false;

  constructor(stream: Writable | null) {
    this.#stream = stream;
  }

  /** Characters and bytes that have not left yet. */
  get waiting(): number {
    return this.#text.length + this.#length + (this.#stream?.writableLength ?? 0);
  }

  text(piece: string): void {
    this.#flushSoon();
    this.#text += piece;
  }

  hex(bytes: Uint8Array): void {
    this.#flushSoon();
    this.#settle();
    if (!this.#hasRoom(2 * bytes.length + hexSlack)) this.#send(Buffer.from(toHex(bytes), 'latin1'));
    else this.#length += writeHex(bytes, this.#buffer, this.#length);
  }

  bytes(bytes: Uint8Array): void {
    this.#flushSoon();
    this.#settle();
    if (!this.#hasRoom(bytes.length)) {
      this.#send(bytes);
    } else {
      this.#buffer.set(bytes, this.#length);
      this.#length += bytes.length;
    }
  }

  #flushSoon(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    setImmediate(() => {
      this.#isAwaited = false;
      this.#settle();
      this.#flush();
    });
  }

  /** Puts the text into the buffer, after which the buffer may leave. */
  #settle(): void {
    const text = this.#text;
    this.#text = '';
    if (!this.#hasRoom(text.length * mostBytesEach)) this.#send(Buffer.from(text));
    else this.#length += this.#buffer.write(text, this.#length);
    if (this.#length >= eagerBytes) this.#flush();
  }

  #hasRoom(bytes: number): boolean {
    return this.#length + bytes <= bufferBytes;
  }

  /** What has no room in the buffer goes by itself, after it. */
  #send(bytes: Uint8Array): void {
    this.#flush();
    this.#stream?.write(bytes);
  }

  #flush(): void {
    if (this.#length === 0) return;
    const ready = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    if (this.#stream === null) return;
    // Who does not read what came before is not given a buffer each time.
    const isBehind = this.#stream.writableLength > 0;
    this.#stream.write(isBehind ? Buffer.from(ready) : ready);
    // All has left, or the stream keeps the buffer.
    if (!isBehind && this.#stream.writableLength > 0) this.#buffer = Buffer.allocUnsafeSlow(bufferBytes);
  }
}
