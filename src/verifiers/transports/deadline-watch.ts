/**
 * Watches that a verifier with trials under way answers in time.
 *
 * @module
 */
import type { Pending } from './pending-trial.ts';

/** Added to the deadline: runners report at this grain, and messages take time to arrive. */
const slackMs = 50;

export interface WatchOptions {
  readonly deadlineMs: number;
  /** In the order they were sent; the watch only looks. */
  readonly underWay: readonly Pending[];
  /** Are trials worked on one after the other? */
  inOrder(): boolean;
  /** The deadline has passed. */
  hung(): void;
}

export class DeadlineWatch {
  readonly #options: WatchOptions;
  #lastSign = 0;
  #timer: NodeJS.Timeout | undefined;
  #graceGiven = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** The verifier is alive; when this was, in milliseconds. */
  sign(): number {
    this.#graceGiven = false;
    this.#lastSign = performance.now();
    return this.#lastSign;
  }

  /** Looks on as long as anything is under way. */
  start(): void {
    this.#timer ??= setTimeout(() => this.#look(), this.#options.deadlineMs + slackMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    if (this.#options.underWay.length === 0) return;
    const left = this.#timeLeft();
    if (left <= 0 && this.#graceGiven) {
      this.#options.hung();
      return;
    }
    // If the bench itself was held up, answers may be waiting: let them in before judging.
    this.#graceGiven = left <= 0;
    this.#timer = setTimeout(() => this.#look(), Math.max(left, slackMs));
  }

  #timeLeft(): number {
    const now = performance.now();
    const { deadlineMs, underWay, inOrder } = this.#options;
    const allowed = deadlineMs + slackMs;
    const left = this.#lastSign + allowed - now;
    if (inOrder()) return left;
    // One stuck session among others that go on: they share the machine, so each may take all their time.
    return Math.min(left, ...underWay.map(({ since }) => since + allowed * underWay.length - now));
  }
}
