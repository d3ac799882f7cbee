/**
 * The verifier's side of a worker thread or child process: takes jobs, works on one after the other, answers.
 *
 * @module
 */
import type { Verifier } from '../verifier.ts';
import { describeThrown } from './cap-text.ts';
import { WrongValue } from './check-value.ts';
import type { FromVerifier, JobsMessage, Reported } from './messages.ts';
import type { Job } from './runner.ts';
import { Stopped } from './stopped.ts';
import { validateClaims } from './validate-claims.ts';
import { validateDecision } from './validate-decision.ts';

export interface Port {
  /** Resolves once the message is certain to arrive even if the verifier then dies. */
  send(message: FromVerifier): Promise<void>;
}

/** While it works, answers or signs of life leave at least this often, between deliveries. */
const flushMs = 20;
const answersAtOnce = 64;

/** Loads the verifier and says hello. Returns what is to be called with each message, from now on. */
export function serveVerifier(load: () => Promise<Verifier>, port: Port): (message: JobsMessage) => void {
  const loading = sayHello(load, port);
  const jobs: { readonly job: Job; readonly flush: boolean }[] = [];
  const answers = new Answers(port);
  let working = false;

  async function workOff(): Promise<void> {
    const verifier = await loading;
    if (verifier === undefined) return;
    answers.begin();
    for (let next = jobs.shift(); next !== undefined; next = jobs.shift()) {
      const { job, flush } = next;
      await runJob(verifier, job, (what) => answers.add(what, { flush }));
      await answers.add({ id: job.id, kind: 'done' }, { flush: false });
    }
    working = false;
    await answers.flush();
  }

  return (message) => {
    for (const job of message.jobs) jobs.push({ job, flush: message.flush });
    if (working) return;
    working = true;
    // After the messages that came together with this one.
    setImmediate(() => void workOff());
  };
}

async function sayHello(load: () => Promise<Verifier>, port: Port): Promise<Verifier | undefined> {
  try {
    const verifier = await load();
    const claims = validateClaims(await verifier.hello());
    // Invalid claims are refused by the bench's side, which checks them again.
    await port.send({ kind: 'hello', claims: claims.kind === 'ok' ? claims.value : claims.error });
    return verifier;
  } catch (thrown) {
    await port.send({ kind: 'dead', error: describeThrown(thrown) });
    return undefined;
  }
}

/** Answers travel together, as long as that keeps nobody waiting. */
class Answers {
  readonly #port: Port;
  #collected: Reported[] = [];
  #sentAt = 0;

  constructor(port: Port) {
    this.#port = port;
  }

  begin(): void {
    this.#sentAt = performance.now();
  }

  async add(what: Reported, options: { readonly flush: boolean }): Promise<void> {
    this.#collected.push(what);
    if (options.flush) await this.flush();
    else if (this.#collected.length >= answersAtOnce || performance.now() - this.#sentAt > flushMs)
      void this.flush();
  }

  flush(): Promise<void> {
    const answers = this.#collected;
    this.#collected = [];
    this.#sentAt = performance.now();
    return this.#port.send({ kind: 'answers', answers });
  }
}

async function runJob(
  verifier: Verifier,
  job: Job,
  report: (what: Reported) => Promise<void>,
): Promise<void> {
  const { id } = job;
  try {
    const session = await verifier.open(job.recipient);
    for (const delivery of job.deliveries) {
      const decision = validateDecision(await session.deliver(delivery));
      if (decision.kind === 'wrong') return await report({ id, kind: 'garbage', error: decision.error });
      await report({ id, kind: 'answer', answer: decision.value });
      if (decision.value.kind === 'unsupported') return;
    }
    await session.close?.();
  } catch (thrown) {
    if (thrown instanceof Stopped) await report({ id, kind: 'stopped', failure: thrown.failure });
    else if (thrown instanceof WrongValue) await report({ id, kind: 'garbage', error: thrown.message });
    else await report({ id, kind: 'threw', error: describeThrown(thrown) });
  }
}
