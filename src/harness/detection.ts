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

/** Delivers cases until one catches the verifier. */
export async function detect(
  host: Host,
  cases: Iterable<Case | Inapplicable>,
  yardstick: Yardstick,
): Promise<Detection> {
  const controls = new ControlCache();
  let delivered = 0;
  for (const one of cases) {
    if (isInapplicable(one)) continue;
    delivered++;
    const by = await catchOf(host, one, controls, yardstick);
    if (by !== undefined) return { caught: true, cases: delivered, by };
  }
  return { caught: false, cases: delivered };
}

/** Is the verifier's answer failed, or weak where the yardstick's (a verifier that is right) is not? */
export async function catchOf(
  host: Host,
  one: Case,
  controls: ControlCache,
  yardstick: Yardstick,
): Promise<Catch | undefined> {
  const { ruling, control } = await tryCase(host, one, controls);
  if (control?.verdict === 'failed') return { id: one.family, case: one, ruling: control, ofControl: true };
  const isCaught =
    ruling.verdict === 'failed' || (ruling.verdict === 'weak' && !(await yardstick.isWeak(one)));
  return isCaught ? { id: one.attack.id, case: one, ruling, ofControl: false } : undefined;
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
