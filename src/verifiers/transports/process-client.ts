/**
 * The bench's side of the JSON lines protocol: sends messages, checks what comes back against the state it is in.
 *
 * @module
 */

import {
  decisionFromJson,
  deliveryToJson,
  deliveryToText,
  type Json,
  recipientToJson,
} from '../../device/json.ts';
import { isDecision, type Outcome } from '../../device/outcome.ts';
import type { Recipient } from '../../device/recipient.ts';
import type { Claims } from '../verifier.ts';
import { describeThrown } from './cap-text.ts';
import { describeValue } from './check-value.ts';
import { withPaths } from './large-bytes.ts';
import { type Callback, Questions, withoutAsked } from './process-callbacks.ts';
import type { Job, RunnerEvents } from './runner.ts';
import { checkMessage, countUnknownFields } from './schema.ts';
import { SessionFolder, SpoiltFolder } from './session-folder.ts';
import { validateDecision } from './validate-decision.ts';

export interface Hello {
  readonly claims: unknown;
  readonly concurrency: number;
  readonly callbacks: readonly Callback[];
}

export interface ProcessClientHandlers {
  hello(hello: Hello): void;
  helloWrong(error: string): void;
  readonly events: RunnerEvents;
  unknownFields(count: number): void;
  /** Characters that it has been sent and has not read. */
  backlog(): number;
}

/** Unread characters over which no more questions are answered: the bench has to hold them. */
const backlogLimit = 64 * 1024 * 1024;

interface OpenSession {
  readonly job: Job;
  /** Index of the delivery whose decision is awaited; `closing` once all is asked. */
  awaiting: number | 'closing';
  questions?: Questions;
  folder?: SessionFolder;
}

const texts = new WeakMap<Recipient, string>();

/** A control and its attacks have one recipient. */
function textOf(recipient: Recipient): string {
  const known = texts.get(recipient) ?? JSON.stringify(recipientToJson(recipient));
  texts.set(recipient, known);
  return known;
}

interface HelloMessage {
  readonly claims: unknown;
  readonly concurrency?: number;
  readonly callbacks?: readonly Callback[];
  readonly pathsOver?: number;
}

/** Types of the bench's answers. */
const replies: Readonly<Record<Callback, string>> = { fetch: 'fetched', storage: 'storage', clock: 'clock' };

type Message = Readonly<Record<string, unknown>>;

export const protocolVersion = 1;

export class ProcessClient {
  readonly #write: (line: string) => void;
  readonly #handlers: ProcessClientHandlers;
  readonly #sessions = new Map<number, OpenSession>();
  #nextSession = 1;
  #greeted = false;
  #callbacks: readonly Callback[] = [];
  #reports: Claims['reports'] = [];
  /** Bytes over which a file takes the place of hexadecimal. */
  #pathsOver = Number.POSITIVE_INFINITY;

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
      if (Number.isFinite(this.#pathsOver))
        this.#sendLarge(open, { type: 'open', session, recipient: recipientToJson(job.recipient) });
      else this.#write(`{"type":"open","session":${session},"recipient":${textOf(job.recipient)}}\n`);
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
    const callback = this.#callbacks.find((one) => one === type);
    const isKnown = type === 'decision' || type === 'close' || callback !== undefined;
    const number = isKnown ? message.session : undefined;
    const open = typeof number === 'number' ? this.#sessions.get(number) : undefined;
    if (!isKnown) {
      const wanted = ['decision', 'close', ...this.#callbacks].join(' or ');
      this.#violation(`a message of type ${describeValue(type)}: wanted ${wanted}`);
    } else if (typeof number !== 'number' || open === undefined) {
      this.#violation(`a ${type} for session ${describeValue(number)}, which is not open`);
    } else if (callback !== undefined) {
      this.#receiveQuestion(callback, number, open, message);
    } else if (type === 'decision') {
      this.#receiveDecision(number, open, message);
    } else {
      this.#receiveClose(number, open, message);
    }
  }

  /** Ends what was open: nothing will come of it. */
  abandon(): void {
    for (const { folder } of this.#sessions.values()) folder?.remove();
    this.#sessions.clear();
  }

  #receiveQuestion(callback: Callback, session: number, open: OpenSession, message: Message): void {
    if (open.awaiting === 'closing' || message.id !== open.awaiting || open.questions === undefined) {
      this.#violation(
        `a ${callback} for delivery ${describeValue(message.id)} of session ${session}, which is not under way`,
      );
      return;
    }
    const backlog = this.#handlers.backlog();
    if (backlog > backlogLimit) {
      this.#violation(`a ${callback} while more than ${backlogLimit} characters of answers are unread`);
      return;
    }
    const reply = open.questions.answer(callback, message);
    if (reply.kind === 'wrong') this.#violation(reply.error);
    else this.#send({ type: replies[callback], session, id: open.awaiting, ...reply.fields });
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
    const { claims, concurrency = 1, callbacks = [], pathsOver } = value as HelloMessage;
    this.#callbacks = callbacks;
    this.#reports = (claims as Pick<Claims, 'reports'>).reports;
    this.#pathsOver = pathsOver ?? Number.POSITIVE_INFINITY;
    this.#handlers.hello({ claims, concurrency, callbacks });
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
    const read = readDecision(message);
    const outcome = open.questions?.check(read, this.#reports) ?? read;
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
    open.folder?.remove();
    this.#handlers.events.finished(open.job.id);
  }

  #deliverOrClose(session: number, open: OpenSession, index: number): void {
    const delivery = open.job.deliveries[index];
    if (delivery === undefined) {
      open.awaiting = 'closing';
      this.#write(`{"type":"close","session":${session}}\n`);
    } else {
      open.awaiting = index;
      open.questions = new Questions(delivery, open.job.recipient.clock, this.#callbacks);
      const told = withoutAsked(delivery, this.#callbacks);
      if (Number.isFinite(this.#pathsOver))
        this.#sendLarge(open, { type: 'deliver', session, id: index, ...deliveryToJson(told) });
      else
        this.#write(
          `{"type":"deliver","session":${session},"id":${index},${deliveryToText(told).slice(1)}\n`,
        );
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

  #sendLarge(open: OpenSession, message: Json): void {
    const folder = (): SessionFolder => {
      open.folder ??= new SessionFolder();
      return open.folder;
    };
    try {
      this.#send(withPaths(message, this.#pathsOver, folder));
    } catch (thrown) {
      if (!(thrown instanceof SpoiltFolder)) throw thrown;
      this.#handlers.events.died({ kind: 'crashed', error: thrown.message });
    }
  }

  #send(message: Json): void {
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
