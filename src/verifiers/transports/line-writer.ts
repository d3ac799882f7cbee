/**
 * Lines to a child's standard input: those of one turn of the event loop leave in one write, which costs more than what
 * it writes.
 *
 * @module
 */
import type { Writable } from 'node:stream';

/** Text up to this many bytes goes through a buffer that is used again and again. */
const bufferBytes = 1 << 18;
/** UTF-8 needs no more for one UTF-16 unit. */
const mostBytesEach = 3;

export class LineWriter {
  readonly #stream: Writable | null;
  #text = '';
  /** Free to be written into. */
  #buffers: Buffer[] = [];

  constructor(stream: Writable | null) {
    this.#stream = stream;
  }

  /** Characters and bytes that have not left yet. */
  get waiting(): number {
    return this.#text.length + (this.#stream?.writableLength ?? 0);
  }

  write(line: string): void {
    if (this.#text === '') setImmediate(() => this.#flush());
    this.#text += line;
  }

  #flush(): void {
    const text = this.#text;
    this.#text = '';
    if (text.length * mostBytesEach > bufferBytes) {
      this.#stream?.write(text);
      return;
    }
    // A stream that is given text makes three times the room it needs, each time.
    const buffer = this.#buffers.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
    const length = buffer.write(text);
    this.#stream?.write(buffer.subarray(0, length), () => this.#buffers.push(buffer));
  }
}
