/**
 * When a verifier is given up: after so many dead controls in a row, counted in the sequence's order.
 *
 * @module
 */
import type { Ruling } from './verdict.ts';

/** Of every case after them. */
export const givenUp: Ruling = {
  verdict: 'inconclusive',
  note: 'stopped after three dead controls in a row',
};

export class DeadControls {
  private readonly most: number;
  private readonly inARow = new Map<string, number>();
  private readonly stopped = new Set<string>();

  constructor(most = 3) {
    this.most = most;
  }

  /** The next control of this verifier. */
  count(verifier: string, { kind }: Pick<Ruling, 'kind'>): void {
    const isDead = kind === 'crashed' || kind === 'hung' || kind === 'exhausted';
    const inARow = isDead ? (this.inARow.get(verifier) ?? 0) + 1 : 0;
    this.inARow.set(verifier, inARow);
    if (inARow >= this.most) this.stopped.add(verifier);
  }

  /** Has its last control lived? Not before the first has answered. */
  lives(verifier: string): boolean {
    return this.inARow.get(verifier) === 0;
  }

  isStopped(verifier: string): boolean {
    return this.stopped.has(verifier);
  }
}
