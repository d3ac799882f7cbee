/**
 * The bench's side of the JSON lines protocol: sends messages, checks what comes back against the state it is in.
 *
 * @module
 */
import { decisionFromJson } from '../../device/json.ts';
import { isDecision, type Outcome } from '../../device/outcome.ts';
import type { Claims } from '../verifier.ts';
import { describeThrown } from './cap-text.ts';
import { describeValue } from './check-value.ts';
import { KnownAnswers, type ReadDecision } from './known-answers.ts';
import { type Callback, Questions, withoutAsked } from './process-callbacks.ts';
import { type LineSink, ProcessLines } from './process-lines.ts';
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
  readonly session: number;
  readonly job: Job;
  /** Index of the delivery whose decision is awaited; `closing` once all is asked. */
  awaiting: number | 'closing';
  questions?: Questions;
  folder?: SessionFolder;
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

export class ProcessClient {
  readonly #lines: ProcessLines;
  readonly #handlers: ProcessClientHandlers;
  /** So few that to look through them is quicker than a map. */
  readonly #sessions: OpenSession[] = [];
  readonly #known = new KnownAnswers();
  #nextSession = 1;
  #greeted = false;
  #callbacks: readonly Callback[] = [];
  #reports: Claims['reports'] = [];

  constructor(sink: LineSink, handlers: ProcessClientHandlers) {
    this.#lines = new ProcessLines(sink);
    this.#handlers = handlers;
  }

  greet(): void {
    this.#lines.hello();
  }

  start(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const session = this.#nextSession++;
      const open: OpenSession = { session, job, awaiting: 0 };
      this.#sessions.push(open);
      this.#inFolder(open, (folder) => this.#lines.open(session, job.recipient, folder));
      this.#deliverOrClose(open, 0);
    }
  }

  /** Takes a line of a text that is like one before, but for session and id, and in order; false: it has to be read. */
  receiveKnown(text: string, from: number, end: number): boolean {
    const answer = this.#known.find(text, from, end);
    if (answer === undefined) return false;
    const open = this.#find(answer.session);
    if (open === undefined || open.awaiting !== (answer.kind === 'close' ? 'closing' : answer.id))
      return false;
    if (answer.kind === 'close') this.#closed(open);
    else this.#decided(open, answer.id, answer.read);
    return true;
  }

  /** `line`: what the value was read from, where that may be remembered. */
  receive(value: unknown, line?: string): void {
    const type = typeOf(value);
    if (!this.#greeted) {
      this.#receiveHello(type, value);
      return;
    }
    const message = value as Message;
    const callback = this.#callbacks.find((one) => one === type);
    const isKnown = type === 'decision' || type === 'close' || callback !== undefined;
    const number = isKnown ? message.session : undefined;
    const open = typeof number === 'number' ? this.#find(number) : undefined;
    if (!isKnown) {
      const wanted = ['decision', 'close', ...this.#callbacks].join(' or ');
      this.#violation(`a message of type ${describeValue(type)}: wanted ${wanted}`);
    } else if (typeof number !== 'number' || open === undefined) {
      this.#violation(`a ${type} for session ${describeValue(number)}, which is not open`);
    } else if (callback !== undefined) {
      this.#receiveQuestion(callback, number, open, message);
    } else if (type === 'decision') {
      this.#receiveDecision(number, open, message, line);
    } else {
      this.#receiveClose(number, open, message);
    }
  }

  /** Ends what was open: nothing will come of it. */
  abandon(): void {
    for (const { folder } of this.#sessions.splice(0)) folder?.remove();
  }

  #find(session: number): OpenSession | undefined {
    return this.#sessions.find((open) => open.session === session);
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
    else this.#lines.message({ type: replies[callback], session, id: open.awaiting, ...reply.fields });
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
    if (pathsOver !== undefined) this.#lines.putInFiles({ over: pathsOver });
    this.#handlers.hello({ claims, concurrency, callbacks });
  }

  #receiveDecision(number: number, open: OpenSession, message: Message, line: string | undefined): void {
    if (open.awaiting === 'closing' || message.id !== open.awaiting) {
      const awaited =
        open.awaiting === 'closing' ? 'all were answered' : `delivery ${open.awaiting} is awaited`;
      this.#violation(
        `a decision for delivery ${describeValue(message.id)} of session ${number}: ${awaited}`,
      );
      return;
    }
    const read = { outcome: readDecision(message), unknownFields: countUnknownFields('decision', message) };
    if (line !== undefined) this.#known.remember(line, read);
    this.#decided(open, open.awaiting, read);
  }

  #decided(open: OpenSession, id: number, { outcome: read, unknownFields }: ReadDecision): void {
    if (unknownFields > 0) this.#handlers.unknownFields(unknownFields);
    const outcome = open.questions?.check(read, this.#reports) ?? read;
    this.#handlers.events.answered(open.job.id, outcome);
    this.#deliverOrClose(open, isDecision(outcome) ? id + 1 : open.job.deliveries.length);
  }

  #receiveClose(number: number, open: OpenSession, message: Message): void {
    if (open.awaiting !== 'closing') {
      this.#violation(`a close for session ${number}, which is not being closed`);
      return;
    }
    this.#count('close', message);
    this.#closed(open);
  }

  #closed(open: OpenSession): void {
    this.#sessions.splice(this.#sessions.indexOf(open), 1);
    open.folder?.remove();
    this.#handlers.events.finished(open.job.id);
  }

  #deliverOrClose(open: OpenSession, index: number): void {
    const { session, job } = open;
    const delivery = job.deliveries[index];
    if (delivery === undefined) {
      open.awaiting = 'closing';
      this.#lines.close(session);
      return;
    }
    open.awaiting = index;
    if (this.#callbacks.length > 0)
      open.questions = new Questions(delivery, job.recipient.clock, this.#callbacks);
    const told = withoutAsked(delivery, this.#callbacks);
    this.#inFolder(open, (folder) => this.#lines.deliver(session, index, told, folder));
  }

  /** Says what may need files of the session. */
  #inFolder(open: OpenSession, say: (folder: () => SessionFolder) => void): void {
    try {
      say(() => {
        open.folder ??= new SessionFolder();
        return open.folder;
      });
    } catch (thrown) {
      if (!(thrown instanceof SpoiltFolder)) throw thrown;
      this.#handlers.events.died({ kind: 'crashed', error: thrown.message });
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
