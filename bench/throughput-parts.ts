/**
 * What the parts of a run on the reference cost, each measured on the same cases, and the bare signatures and
 * verifications among them: the floor.
 *
 * All costs are CPU time of all threads of this process: a busy machine disturbs it least, and what the collector and
 * the compiler do beside a part is in that part.
 *
 * @module
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { planRun } from '../src/cli/run-plan.ts';
import type { Crypto } from '../src/cose/crypto.ts';
import { type Signing, signatureOf, signings } from '../src/cose/sign.ts';
import type { Decision } from '../src/device/decision.ts';
import type { Delivery } from '../src/device/delivery.ts';
import type { Recipient } from '../src/device/recipient.ts';
import { runCampaign } from '../src/harness/campaign.ts';
import { directHost } from '../src/harness/direct-host.ts';
import { type CaseRecord, recordLine } from '../src/harness/record.ts';
import { casesOf, type SequenceOptions } from '../src/harness/sequence.ts';
import type { Host } from '../src/verifiers/host.ts';
import { createVerifier } from '../src/verifiers/reference/reference.ts';
import type { Verifier } from '../src/verifiers/verifier.ts';
import { CpuClock } from './cpu-clock.ts';

/** Microseconds of CPU time a case. */
export interface Parts {
  readonly cases: number;
  /** The whole run: on a host of its own, and with the verifier in this thread. */
  readonly hosted?: number;
  readonly direct: number;
  /** Of it, measured alone: the cases are drawn; the same with answers that stand ready, so no verifier. */
  readonly drawn: number;
  readonly answered: number;
  /** The same signatures made again when the run makes them, and all in a row. */
  readonly sign: number;
  readonly signInARow: number;
  /** The same verifications made again when the verifier makes them, one trial after the other. */
  readonly verify: number;
  readonly verifyInARow: number;
  /** The verifier's whole work, one trial after the other. */
  readonly verifier: number;
}

/** Those rounds of a run without stored cases. */
export function roundsOf(seed: number, from: number, to: number): SequenceOptions {
  const { sequence } = planRun({ seed, runs: to, stored: false });
  return { ...sequence, firstRound: from, histories: to - from };
}

/** `hosted`: a host that the reference has elsewhere, as `gauntlet run` has it. */
export async function partsOf(sequence: SequenceOptions, crypto: Crypto, hosted?: Host): Promise<Parts> {
  const verifier = createVerifier({ ports: { crypto } });
  const direct = await directHost('reference', verifier);
  const run = (host: Host) => runCampaign({ ...sequence, hosts: [host], onRecord: written });
  const clock = new CpuClock();
  const cost = (work: () => unknown) => clock.spent(work);
  // Draws remember the last seeds: what comes first must not pay for what comes after it.
  for (const _case of casesOf(sequence));
  const hostedRun = hosted && (await cost(() => run(hosted)));
  const directRun = await cost(() => run(direct));
  const drawn = await cost(() => {
    for (const _case of casesOf(sequence));
  });
  const trials: Trial[] = [];
  const { made, inPlace: sign } = await withSignings(() =>
    run(hostOf(direct, (trial) => kept(trial, trials, verifier))),
  );
  const ready = trials.values();
  const answered = await cost(() => run(hostOf(direct, async () => ready.next().value?.answers ?? [])));
  const signInARow = await cost(() => {
    for (const { algorithm, key, message } of made) signatureOf(algorithm, key, message);
  });
  const verifications = new Verifications(crypto);
  const watched = createVerifier({ ports: { crypto: verifications.crypto } });
  for (const trial of trials) await answersOf(watched, trial);
  const alone = await cost(async () => {
    for (const trial of trials) await answersOf(verifier, trial);
  });
  const verifyInARow = await cost(() => {
    for (const call of verifications.calls) crypto.verify(...call);
  });
  const cases = casesIn(sequence);
  const each = (all: number) => all / cases;
  return {
    cases,
    ...(hostedRun !== undefined && { hosted: each(hostedRun) }),
    direct: each(directRun),
    drawn: each(drawn),
    answered: each(answered),
    sign: each(sign),
    signInARow: each(signInARow),
    verify: each(verifications.clock.total),
    verifyInARow: each(verifyInARow),
    verifier: each(alone),
  };
}

function casesIn(sequence: SequenceOptions): number {
  let cases = 0;
  for (const _case of casesOf(sequence)) cases++;
  return cases;
}

/** A record's line is made, as for a log; a file is not written. */
function written(record: CaseRecord): void {
  JSON.stringify(recordLine(record));
}

interface Trial {
  readonly recipient: Recipient;
  readonly deliveries: readonly Delivery[];
  readonly answers?: readonly Decision[];
}

/** One trial at a time with a turn of the event loop each, as `directHost` has it: trials come in the same order. */
function hostOf(like: Host, answer: (trial: Trial) => Promise<readonly Decision[]>): Host {
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...like,
    trial(recipient, deliveries) {
      const answered = last.then(() => nextTurn()).then(() => answer({ recipient, deliveries }));
      last = answered;
      return answered;
    },
  };
}

async function answersOf(verifier: Verifier, { recipient, deliveries }: Trial): Promise<readonly Decision[]> {
  const answers: Decision[] = [];
  const session = await verifier.open(recipient);
  for (const delivery of deliveries) answers.push(await session.deliver(delivery));
  await session.close?.();
  return answers;
}

async function kept(trial: Trial, trials: Trial[], verifier: Verifier): Promise<readonly Decision[]> {
  const answers = await answersOf(verifier, trial);
  trials.push({ ...trial, answers });
  return answers;
}

/** Each signature is made once more, just before the run makes it, and that is timed. */
async function withSignings(
  run: () => Promise<unknown>,
): Promise<{ readonly made: readonly Signing[]; readonly inPlace: number }> {
  const made: Signing[] = [];
  const clock = new CpuClock();
  let isAgain = false;
  const listen = (signing: unknown): void => {
    if (isAgain) return;
    const { algorithm, key, message } = signing as Signing;
    made.push({ algorithm, key, message });
    isAgain = true;
    clock.time(() => signatureOf(algorithm, key, message));
    isAgain = false;
  };
  signings.subscribe(listen);
  await run();
  signings.unsubscribe(listen);
  return { made, inPlace: clock.total };
}

/** Each verification is made once more, just before the verifier makes it, and that is timed. */
class Verifications {
  readonly clock = new CpuClock();
  readonly calls: Parameters<Crypto['verify']>[] = [];
  readonly crypto: Crypto;

  constructor(crypto: Crypto) {
    this.crypto = {
      ...crypto,
      verify: (...call) => {
        // Copies: the verifier may use its buffers again.
        this.calls.push([call[0], call[1], call[2].slice(), call[3].slice()]);
        this.clock.time(() => crypto.verify(...call));
        return crypto.verify(...call);
      },
    };
  }
}
