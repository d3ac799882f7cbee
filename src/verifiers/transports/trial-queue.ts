/**
 * Feeds trials to a verifier that may die at any of them, and gives each death to the trial that caused it.
 *
 * A death is blamed on a trial only when that trial was the first and only one of a fresh runner. Any other
 * death makes the unanswered trials suspects: they are run again one at a time, in order, until one dies by
 * itself. A death that nobody repeats is kept in `status.unexplained`. To hang twice, alone the second time,
 * is enough: that what hangs is the trial under way needs no fresh runner to be sure of.
 *
 * @module
 */
import type { Delivery } from '../../device/delivery.ts';
import type { Outcome } from '../../device/outcome.ts';
import type { Recipient } from '../../device/recipient.ts';
import { describeThrown } from './cap-text.ts';
import { DeadlineWatch } from './deadline-watch.ts';
import { describeFailure } from './death.ts';
import { endedEarly, type Pending, withOutcome } from './pending-trial.ts';
import type { Failure, Launch, Runner, RunnerEvents, Started } from './runner.ts';

export interface QueueOptions {
  readonly deadlineMs: number;
  /** Deaths in a row, without a trial finished between them, after which the verifier is given up. */
  readonly deathsInARow: number;
  /** A trial that is alone under way is blamed at once: it could not be made again. */
  readonly once?: boolean;
}

export interface QueueStatus {
  readonly restarts: number;
  /** Deaths that no trial repeated when it ran alone. */
  readonly unexplained: readonly string[];
  readonly givenUp: boolean;
  /** Of the process that runs now; absent in a thread. */
  readonly pid?: number;
}

const unexplainedLimit = 100;

export class TrialQueue {
  readonly #launch: Launch;
  readonly #options: QueueOptions;
  #waiting: Pending[] = [];
  #suspects: Pending[] = [];
  /** In the order they were sent. So few that to look through them is quicker than a map. */
  readonly #underWay: Pending[] = [];
  #runner: Runner | undefined;
  #started: Started | undefined;
  /** Counts runners, so that a dead one's late events are told apart. */
  #generation = 0;
  /** Jobs given to the present runner. */
  #given = 0;
  #nextId = 1;
  #deathsInARow = 0;
  #restarts = 0;
  #unexplained: string[] = [];
  /** The death that suspects are being run again for. */
  #sought: string | undefined;
  #givenUp: string | undefined;
  /** Of its first hello. */
  #claims: string | undefined;
  #busy = false;
  #isPumpAwaited = false;
  #closed = false;
  readonly #watch: DeadlineWatch;
  #ended: Promise<void> = Promise.resolve();

  constructor(launch: Launch, options: QueueOptions) {
    this.#launch = launch;
    this.#options = options;
    const { deadlineMs } = options;
    this.#watch = new DeadlineWatch({
      deadlineMs,
      underWay: this.#underWay,
      inOrder: () => this.#started?.inOrder !== false,
      hung: () => this.#died({ kind: 'hung', afterMs: deadlineMs }),
    });
  }

  /** Starts the verifier for the first time; rejects when it cannot say hello. */
  async begin(): Promise<Started> {
    return this.#launchOne();
  }

  status(): QueueStatus {
    const pid = this.#started?.pid;
    return {
      restarts: this.#restarts,
      unexplained: this.#unexplained,
      givenUp: this.#givenUp !== undefined,
      ...(pid !== undefined && { pid }),
    };
  }

  run(recipient: Recipient, deliveries: readonly Delivery[]): Promise<readonly Outcome[]> {
    return new Promise((settle) => {
      this.#waiting.push({
        id: this.#nextId++,
        recipient,
        deliveries,
        outcomes: [],
        since: 0,
        suspect: false,
        settle,
      });
      this.#pumpSoon();
    });
  }

  /** Trials asked for in one turn travel together. */
  #pumpSoon(): void {
    if (this.#isPumpAwaited) return;
    this.#isPumpAwaited = true;
    // Not queueMicrotask, which makes an asynchronous resource of each.
    void Promise.resolve().then(() => {
      this.#isPumpAwaited = false;
      this.#pump();
    });
  }

  /** Resolves when the verifier and all that it started are gone. Trials under way end as crashed. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#generation++;
      this.#watch.stop();
      const runner = this.#runner;
      this.#runner = undefined;
      this.#settleAll('the host was closed before an answer came');
      this.#ended = Promise.all([this.#ended, runner?.quit()]).then(([, fault]) => {
        if (fault !== undefined) this.#unexplained.push(fault);
      });
    }
    await this.#ended;
  }

  #pump(): void {
    if (this.#busy || this.#waiting.length + this.#suspects.length === 0) return;
    if (this.#closed) {
      this.#settleAll('the host is closed');
    } else if (this.#givenUp !== undefined) {
      this.#settleAll(this.#givenUp, { notRun: true });
    } else if (this.#runner === undefined) {
      this.#relaunch();
    } else if (this.#suspects.length > 0) {
      // One at a time.
      if (this.#underWay.length === 0) this.#send(this.#suspects.splice(0, 1));
    } else {
      // Refill when half is used up, so that messages stay large; at once where trials are worked on side by side.
      const { depth = 1, inOrder = true } = this.#started ?? {};
      const room = depth - this.#underWay.length;
      if (room > 0 && (!inOrder || room * 2 >= depth)) this.#send(this.#waiting.splice(0, room));
    }
  }

  #send(batch: readonly Pending[]): void {
    const now = this.#underWay.length === 0 ? this.#watch.sign() : performance.now();
    for (const pending of batch) {
      pending.outcomes = [];
      pending.since = now;
      this.#underWay.push(pending);
    }
    this.#given += batch.length;
    this.#runner?.start(batch.map(({ id, recipient, deliveries }) => ({ id, recipient, deliveries })));
    this.#watch.start();
  }

  async #launchOne(): Promise<Started> {
    const generation = ++this.#generation;
    const current = <A extends unknown[]>(handle: (...args: A) => void) => {
      return (...args: A) => {
        if (generation === this.#generation) handle(...args);
      };
    };
    const events: RunnerEvents = {
      alive: current(() => this.#watch.sign()),
      answered: current((id, outcome) => this.#answered(id, outcome)),
      finished: current((id) => this.#finished(id)),
      died: current((failure) => this.#died(failure)),
    };
    const started = await this.#launch(events);
    if (this.#closed) {
      await started.runner.stop();
      return started;
    }
    this.#runner = started.runner;
    this.#claims ??= JSON.stringify(started.claims);
    if (this.#claims !== JSON.stringify(started.claims)) await this.#refuseOther(started.runner);
    this.#started = started;
    this.#given = 0;
    return started;
  }

  /** What was skipped or judged by the first claims would be wrong by the others. */
  async #refuseOther(runner: Runner): Promise<void> {
    const error = 'after a restart its hello claims something else than before';
    const first = this.#suspects.shift() ?? this.#waiting.shift();
    this.#givenUp = `not run: ${error}`;
    this.#generation++;
    this.#runner = undefined;
    await runner.stop();
    first?.settle(withOutcome(first, { kind: 'protocol-error', error }));
  }

  #relaunch(): void {
    this.#busy = true;
    this.#restarts++;
    this.#ended = this.#launchOne().then(
      () => this.#resume(),
      // It started once, so this is a death like any other, but no trial's.
      (thrown) => {
        this.#countDeath(describeThrown(thrown));
        this.#resume();
      },
    );
  }

  #resume(): void {
    this.#busy = false;
    if (this.#closed) this.#settleAll('the host is closed');
    else this.#pump();
  }

  #answered(id: number, outcome: Outcome): void {
    const now = this.#watch.sign();
    const pending = this.#underWay.find((one) => one.id === id);
    if (pending === undefined) return;
    pending.since = now;
    pending.outcomes = withOutcome(pending, outcome);
  }

  #finished(id: number): void {
    this.#watch.sign();
    const at = this.#underWay.findIndex((one) => one.id === id);
    const [pending] = at < 0 ? [] : this.#underWay.splice(at, 1);
    if (pending === undefined) return;
    this.#deathsInARow = 0;
    if (this.#sought !== undefined && this.#suspects.length === 0 && this.#underWay.length === 0) {
      if (this.#unexplained.length < unexplainedLimit) this.#unexplained.push(this.#sought);
      this.#sought = undefined;
    }
    if (endedEarly(pending))
      pending.outcomes.push({ kind: 'protocol-error', error: 'not every delivery was answered' });
    pending.settle(pending.outcomes);
    this.#pump();
  }

  #died(failure: Failure): void {
    const runner = this.#runner;
    const error = describeFailure(failure);
    this.#generation++;
    this.#runner = undefined;
    this.#watch.stop();
    const [first, ...more] = this.#underWay.splice(0);
    this.#countDeath(error);
    if (first === undefined) {
      if (this.#unexplained.length < unexplainedLimit) this.#unexplained.push(error);
    } else if (more.length === 0 && this.#isSure(first, failure)) {
      this.#blame(first, failure);
    } else {
      this.#sought = error;
      for (const pending of [first, ...more]) pending.suspect = true;
      this.#suspects.unshift(first, ...more);
    }
    this.#busy = true;
    this.#ended = (runner?.stop() ?? Promise.resolve()).then(() => this.#resume());
  }

  #isSure({ suspect }: Pending, { kind }: Failure): boolean {
    return this.#given === 1 || this.#options.once === true || (kind === 'hung' && suspect);
  }

  #blame(culprit: Pending, failure: Failure): void {
    this.#sought = undefined;
    this.#waiting.unshift(...this.#suspects.splice(0));
    culprit.settle(withOutcome(culprit, failure));
  }

  #countDeath(error: string): void {
    this.#deathsInARow++;
    if (this.#deathsInARow < this.#options.deathsInARow) return;
    this.#givenUp = `not run: the verifier died ${this.#deathsInARow} times in a row and was given up; the last time: ${error}`;
  }

  #settleAll(error: string, more: { readonly notRun?: true } = {}): void {
    const all = [...this.#underWay.splice(0), ...this.#suspects.splice(0), ...this.#waiting.splice(0)];
    for (const pending of all) pending.settle([{ kind: 'crashed', error, ...more }]);
  }
}
