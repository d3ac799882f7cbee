/**
 * Keeps the end of an output, however much comes.
 *
 * @module
 */
import type { Readable } from 'node:stream';

/** Bytes kept. */
export const tailLimit = 64 * 1024;

export class OutputTail {
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(from: Readable | null) {
    from?.on('data', (chunk: Buffer) => this.push(chunk));
    from?.on('error', () => undefined);
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length - (this.#chunks[0]?.length ?? 0) >= tailLimit) {
      this.#length -= this.#chunks.shift()?.length ?? 0;
    }
  }

  text(): string {
    return Buffer.concat(this.#chunks).subarray(-tailLimit).toString('utf8');
  }
}
