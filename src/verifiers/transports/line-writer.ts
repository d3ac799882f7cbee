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

/** What a turn writes is put together in a buffer of this many bytes, which is used again and again. */
const bufferBytes = 1 << 18;
/** UTF-8 needs no more for one UTF-16 unit. */
const mostBytesEach = 3;

export class LineWriter implements LineSink {
  readonly #stream: Writable | null;
  /** What came before `#buffer`, in this turn. */
  #full: Uint8Array[] = [];
  #fullBytes = 0;
  #buffer: Buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #length = 0;
  /** A second one, while the stream has the first. */
  #spare: Buffer | undefined;
  #isAwaited = false;

  constructor(stream: Writable | null) {
    this.#stream = stream;
  }

  /** Bytes that have not left yet. */
  get waiting(): number {
    return this.#fullBytes + this.#length + (this.#stream?.writableLength ?? 0);
  }

  text(piece: string): void {
    if (!this.#hasRoom(piece.length * mostBytesEach)) this.#append(Buffer.from(piece));
    else this.#length += this.#buffer.write(piece, this.#length);
  }

  hex(bytes: Uint8Array): void {
    if (!this.#hasRoom(2 * bytes.length + hexSlack)) this.#append(Buffer.from(toHex(bytes), 'latin1'));
    else this.#length += writeHex(bytes, this.#buffer, this.#length);
  }

  bytes(bytes: Uint8Array): void {
    if (this.#hasRoom(bytes.length)) {
      this.#buffer.set(bytes, this.#length);
      this.#length += bytes.length;
    } else {
      this.#append(bytes);
    }
  }

  #hasRoom(bytes: number): boolean {
    if (!this.#isAwaited) {
      this.#isAwaited = true;
      setImmediate(() => this.#flush());
    }
    return this.#length + bytes <= bufferBytes;
  }

  /** What has no room in the buffer goes by itself. */
  #append(bytes: Uint8Array): void {
    this.#full.push(Buffer.from(this.#buffer.subarray(0, this.#length)), bytes);
    this.#fullBytes += this.#length + bytes.length;
    this.#length = 0;
  }

  #flush(): void {
    this.#isAwaited = false;
    for (const bytes of this.#full) this.#stream?.write(bytes);
    this.#full = [];
    this.#fullBytes = 0;
    const ready = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    if (this.#stream?.writableLength === 0) this.#lend(this.#buffer, ready);
    // Who does not read is not given a buffer each turn.
    else this.#stream?.write(Buffer.from(ready));
  }

  #lend(buffer: Buffer, ready: Buffer): void {
    this.#buffer = this.#spare ?? Buffer.allocUnsafeSlow(bufferBytes);
    this.#spare = undefined;
    this.#stream?.write(ready, () => {
      this.#spare = buffer;
    });
  }
}
