/**
 * CPU time of this process, all threads, in microseconds.
 *
 * @module
 */

export class CpuClock {
  /** Of all that was timed in pieces, without what the clock itself takes. */
  get total(): number {
    return Math.max(0, this.#sum - this.#pieces * ownCost());
  }

  #sum = 0;
  #pieces = 0;

  /** One of many small pieces. */
  time(piece: () => unknown): void {
    const before = now();
    piece();
    this.#sum += now() - before;
    this.#pieces++;
  }

  async spent(work: () => unknown): Promise<number> {
    const before = now();
    await work();
    return now() - before;
  }
}

function now(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

let known: number | undefined;

/** Microseconds that a piece takes in which nothing is done. */
function ownCost(): number {
  if (known === undefined) {
    const pieces = 20_000;
    let sum = 0;
    for (let i = 0; i < pieces; i++) {
      const before = now();
      sum += now() - before;
    }
    known = sum / pieces;
  }
  return known;
}
