/**
 * The bench's side of the JSON lines protocol: sends messages, checks what comes back against the state it is in.
 *
 * @module
 */

import { decisionFromJson, deliveryToJson, recipientToJson } from '../../device/json.ts';
import { isDecision, type Outcome } from '../../device/outcome.ts';
import { describeThrown } from './cap-text.ts';
import { describeValue } from './check-value.ts';
import type { Job, RunnerEvents } from './runner.ts';
import { checkMessage, countUnknownFields } from './schema.ts';
import { validateDecision } from './validate-decision.ts';

export interface Hello {
  readonly claims: unknown;
  readonly concurrency: number;
}

export interface ProcessClientHandlers {
  hello(hello: Hello): void;
  helloWrong(error: string): void;
  readonly events: RunnerEvents;
  unknownFields(count: number): void;
}

interface OpenSession {
  readonly job: Job;
  /** Index of the delivery whose decision is awaited; `closing` once all is asked. */
  awaiting: number | 'closing';
}

type Message = Readonly<Record<string, unknown>>;

export const protocolVersion = 1;

export class ProcessClient {
  readonly #write: (line: string) => void;
  readonly #handlers: ProcessClientHandlers;
  readonly #sessions = new Map<number, OpenSession>();
  #nextSession = 1;
  #greeted = false;

  constructor(write: (line: string) => void, handlers: ProcessClientHandlers) {
    this.#write = write;
    this.#handlers = handlers;
  }

  greet(): void {
    this.#send({ type: 'hello', protocol: protocolVersion });
  }

  start(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const session = this.#nextSession++;
      const open: OpenSession = { job, awaiting: 0 };
      this.#sessions.set(session, open);
      this.#send({ type: 'open', session, recipient: recipientToJson(job.recipient) });
      this.#deliverOrClose(session, open, 0);
    }
  }

  receive(value: unknown): void {
    const type = typeOf(value);
    if (!this.#greeted) {
      this.#receiveHello(type, value);
      return;
    }
    const message = value as Message;
    const number = type === 'decision' || type === 'close' ? message.session : undefined;
    const open = typeof number === 'number' ? this.#sessions.get(number) : undefined;
    if (type !== 'decision' && type !== 'close') {
      this.#violation(`a message of type ${describeValue(type)}: wanted decision or close`);
    } else if (typeof number !== 'number' || open === undefined) {
      this.#violation(`a ${type} for session ${describeValue(number)}, which is not open`);
    } else if (type === 'decision') {
      this.#receiveDecision(number, open, message);
    } else {
      this.#receiveClose(number, open, message);
    }
  }

  #receiveHello(type: unknown, value: unknown): void {
    const error =
      type === 'hello'
        ? checkMessage('hello', value)
        : `wanted a message of type hello, got ${describeValue(type)}`;
    if (error !== undefined) {
      this.#handlers.helloWrong(error);
      return;
    }
    this.#greeted = true;
    this.#count('hello', value as Message);
    const { claims, concurrency } = value as { readonly claims: unknown; readonly concurrency?: number };
    this.#handlers.hello({ claims, concurrency: concurrency ?? 1 });
  }

  #receiveDecision(number: number, open: OpenSession, message: Message): void {
    if (open.awaiting === 'closing' || message.id !== open.awaiting) {
      const awaited =
        open.awaiting === 'closing' ? 'all were answered' : `delivery ${open.awaiting} is awaited`;
      this.#violation(
        `a decision for delivery ${describeValue(message.id)} of session ${number}: ${awaited}`,
      );
      return;
    }
    this.#count('decision', message);
    const outcome = readDecision(message);
    const next = open.awaiting + 1;
    const { events } = this.#handlers;
    events.answered(open.job.id, outcome);
    this.#deliverOrClose(number, open, isDecision(outcome) ? next : open.job.deliveries.length);
  }

  #receiveClose(number: number, open: OpenSession, message: Message): void {
    if (open.awaiting !== 'closing') {
      this.#violation(`a close for session ${number}, which is not being closed`);
      return;
    }
    this.#count('close', message);
    this.#sessions.delete(number);
    this.#handlers.events.finished(open.job.id);
  }

  #deliverOrClose(session: number, open: OpenSession, index: number): void {
    const delivery = open.job.deliveries[index];
    if (delivery === undefined) {
      open.awaiting = 'closing';
      this.#send({ type: 'close', session });
    } else {
      open.awaiting = index;
      this.#send({ type: 'deliver', session, id: index, ...deliveryToJson(delivery) });
    }
  }

  /** Nothing that follows can be matched to what was asked. */
  #violation(error: string): void {
    this.#handlers.events.died({ kind: 'protocol-error', error });
  }

  #count(type: 'hello' | 'decision' | 'close', message: Message): void {
    const count = countUnknownFields(type, message);
    if (count > 0) this.#handlers.unknownFields(count);
  }

  #send(message: object): void {
    this.#write(`${JSON.stringify(message)}\n`);
  }
}

function readDecision(message: Message): Outcome {
  const error = checkMessage('decision', message);
  if (error !== undefined) return { kind: 'protocol-error', error };
  if (message.kind === 'unsupported') return { kind: 'unsupported', feature: String(message.feature) };
  try {
    const { type: _type, session: _session, id: _id, ...fields } = message;
    const decision = validateDecision(decisionFromJson(fields));
    return decision.kind === 'ok' ? decision.value : { kind: 'protocol-error', error: decision.error };
  } catch (thrown) {
    return { kind: 'protocol-error', error: describeThrown(thrown) };
  }
}

function typeOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
}
