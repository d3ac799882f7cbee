/**
 * How soon a verifier that is broken on purpose is caught: the same cases in the same order for every animal.
 *
 * @module
 */
import type { Host } from '../verifiers/host.ts';
import { type Case, type Inapplicable, isInapplicable } from './case.ts';
import { ControlCache, tryCase } from './trial.ts';
import type { Ruling } from './verdict.ts';

/** What the cases showed of one verifier. */
export interface Detection {
  readonly caught: boolean;
  /** Cases delivered up to and with the one that caught it; uncaught: all. */
  readonly cases: number;
  readonly by?: Catch;
}

/** The case that caught a verifier. */
export interface Catch {
  /** Id of the attack, or of the valid family whose delivery was answered wrongly. */
  readonly id: string;
  readonly case: Case;
  readonly ruling: Ruling;
  readonly ofControl: boolean;
}

const batchSize = 16;

/**
 * Delivers cases until one is failed, or is weak where the yardstick (a verifier that is right) is not.
 * `stop` is asked between batches; true leaves the verifier uncaught.
 */
export async function detect(
  host: Host,
  cases: Iterable<Case | Inapplicable>,
  yardstick: Yardstick,
  stop: () => boolean = () => false,
): Promise<Detection> {
  const controls = new ControlCache();
  let delivered = 0;
  for (const batch of batches(cases)) {
    // A dead control ends a verifier soon enough here: the first failure ends the search.
    const answers = batch.map((one) => tryCase(host, one, controls));
    for (const [i, one] of batch.entries()) {
      const { ruling, control } = (await answers[i]) as Awaited<ReturnType<typeof tryCase>>;
      delivered++;
      const caught =
        control?.verdict === 'failed'
          ? { id: one.family, case: one, ruling: control, ofControl: true }
          : (await shows(ruling, one, yardstick))
            ? { id: one.attack.id, case: one, ruling, ofControl: false }
            : undefined;
      if (caught === undefined) continue;
      await Promise.all(answers);
      return { caught: true, cases: delivered, by: caught };
    }
    if (stop()) break;
  }
  return { caught: false, cases: delivered };
}

/** Is this ruling the animal's own fault? */
export async function shows(ruling: Ruling, one: Case, yardstick: Yardstick): Promise<boolean> {
  if (ruling.verdict === 'failed') return true;
  return ruling.verdict === 'weak' && !(await yardstick.isWeak(one));
}

/** A verifier that is right; its weaknesses are no animal's defect. Asked once for each case. */
export class Yardstick {
  private readonly host: Host;
  private readonly controls = new ControlCache();
  private readonly known = new WeakMap<Case, Promise<boolean>>();

  constructor(host: Host) {
    this.host = host;
  }

  async isWeak(one: Case): Promise<boolean> {
    const known =
      this.known.get(one) ??
      tryCase(this.host, one, this.controls).then(({ ruling }) => ruling.verdict === 'weak');
    this.known.set(one, known);
    return known;
  }
}

/** A sequence that is drawn once and read by many. */
export class SharedSequence<T> implements Iterable<T> {
  private readonly drawn: T[] = [];
  private readonly source: Iterator<T>;

  constructor(source: Iterable<T>) {
    this.source = source[Symbol.iterator]();
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; ; i++) {
      if (i === this.drawn.length) {
        const next = this.source.next();
        if (next.done) return;
        this.drawn.push(next.value);
      }
      yield this.drawn[i] as T;
    }
  }
}

/** The applicable cases, a few at a time. */
function* batches(cases: Iterable<Case | Inapplicable>): Generator<readonly Case[]> {
  let batch: Case[] = [];
  for (const one of cases) {
    if (isInapplicable(one)) continue;
    batch.push(one);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
