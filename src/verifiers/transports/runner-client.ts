/**
 * The bench's side of a worker thread or child process: awaits the hello, then turns messages into events.
 *
 * Nothing that arrives is trusted, since a verifier can write to the same channel.
 *
 * @module
 */
import type { Outcome } from '../../device/outcome.ts';
import type { Claims } from '../verifier.ts';
import { capText } from './cap-text.ts';
import { asCount, asInteger, asList, asMember, asObject, check, type Fields } from './check-value.ts';
import { failureOfThrown } from './death.ts';
import { Greeting, type GreetingOptions } from './greeting.ts';
import { claimsOf, deadAtHello } from './isolated-host.ts';
import type { Failure, RunnerEvents } from './runner.ts';
import { validateDecision } from './validate-decision.ts';

export interface ClientOptions extends GreetingOptions {
  readonly ceilingBytes: number;
  readonly events: RunnerEvents;
}

export interface Client {
  /** Resolves with its claims; rejects, after it is gone, when it says none. */
  readonly hello: Promise<Claims>;
  receive(message: unknown): void;
  /** The thread or process is gone. */
  gone(failure: Failure, why: string): void;
}

export function runnerClient(options: ClientOptions): Client {
  const { spec, ceilingBytes, events } = options;
  const greeting = new Greeting<Claims>(options);
  return {
    hello: greeting.hello,
    receive(message) {
      if (!greeting.over) {
        greeting.accept(() => readHello(spec, message));
        return;
      }
      const read = check(() => readAnswers(message, ceilingBytes));
      if (read.kind === 'wrong') {
        events.died({ kind: 'protocol-error', error: `on the bench's own channel: ${read.error}` });
        return;
      }
      if (read.value.length === 0) events.alive();
      for (const { id, outcome } of read.value) {
        if (outcome === 'done') events.finished(id);
        else events.answered(id, outcome);
      }
    },
    gone(failure, why) {
      greeting.refuse(deadAtHello(spec, why));
      events.died(failure);
    },
  };
}

function readHello(spec: string, message: unknown): Claims {
  const fields = check(() => asObject(message, 'message'));
  if (fields.kind === 'wrong') throw deadAtHello(spec, fields.error);
  if (fields.value.kind === 'dead') throw deadAtHello(spec, textOf(fields.value.error));
  return claimsOf(spec, fields.value.claims);
}

interface ReadAnswer {
  readonly id: number;
  readonly outcome: Outcome | 'done';
}

function readAnswers(message: unknown, ceilingBytes: number): readonly ReadAnswer[] {
  const fields = asObject(message, 'message');
  asMember(fields.kind, 'message', ['answers']);
  return asList(fields.answers, 'answers', 10_000).map((one) => {
    const reported = asObject(one, 'answer');
    return { id: asInteger(reported.id, 'id'), outcome: readOutcome(reported, ceilingBytes) };
  });
}

function readOutcome(reported: Fields, ceilingBytes: number): Outcome | 'done' {
  switch (asMember(reported.kind, 'kind', ['answer', 'garbage', 'threw', 'stopped', 'done'])) {
    case 'done':
      return 'done';
    case 'threw':
      return failureOfThrown(textOf(reported.error), ceilingBytes);
    case 'stopped':
      return readStopped(asObject(reported.failure, 'failure'));
    case 'garbage':
      return { kind: 'protocol-error', error: textOf(reported.error) };
    default: {
      const answer = validateDecision(reported.answer);
      return answer.kind === 'ok' ? answer.value : { kind: 'protocol-error', error: answer.error };
    }
  }
}

function readStopped(failure: Fields): Failure {
  if (asMember(failure.kind, 'failure.kind', ['hung', 'exhausted']) === 'hung')
    return { kind: 'hung', afterSteps: asCount(failure.afterSteps, 'failure.afterSteps') };
  const ceilingBytes = asCount(failure.ceilingBytes, 'failure.ceilingBytes');
  return { kind: 'exhausted', ceilingBytes, error: textOf(failure.error) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? capText(value) : 'no reason given';
}
