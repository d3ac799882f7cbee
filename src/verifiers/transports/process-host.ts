/**
 * Verifiers in any language: a persistent child that speaks one JSON object a line (docs/harness-protocol.md).
 *
 * @module
 */
import { BenchError } from '../../bench-error.ts';
import { ceilingBytesOf } from '../host.ts';
import type { Claims } from '../verifier.ts';
import { adopt, spawnLimited } from './child-process.ts';
import { failureOf, faultOf } from './death.ts';
import { commandWords, findProgram } from './find-program.ts';
import { Greeting } from './greeting.ts';
import {
  claimsOf,
  deadAtHello,
  type IsolatedHost,
  invalidClaims,
  openHost,
  type TransportOptions,
  whyGone,
} from './isolated-host.ts';
import { LineReader } from './line-reader.ts';
import { LineWriter } from './line-writer.ts';
import { extrasBy } from './process-callbacks.ts';
import { ProcessClient } from './process-client.ts';
import type { Failure, Launch } from './runner.ts';
import { prepareSchemas } from './schema.ts';
import { markedWith, newMark } from './strays.ts';

/** Sessions at once, however many are claimed. */
const greatestDepth = 16;
const mebibyte = 1024 * 1024;
/** Bytes that may come on stderr between two messages. */
const stderrLimit = 64 * mebibyte;

interface Greeted {
  readonly claims: Claims;
  readonly concurrency: number;
}

export async function openProcessHost(
  spec: string,
  command: string,
  options: TransportOptions,
): Promise<IsolatedHost> {
  prepareSchemas();
  const words = programWords(command, options.cwd);
  let unknown = 0;
  const launch = launchProcess(spec, words, options, (count) => {
    unknown += count;
  });
  return openHost(spec, launch, options, { unknownFields: () => unknown });
}

function launchProcess(
  spec: string,
  words: readonly string[],
  options: TransportOptions,
  unknownFields: (count: number) => void,
): Launch {
  const ceilingBytes = ceilingBytesOf(options);
  const mark = newMark();
  return async (events) => {
    const env = { ...options.env, ...markedWith(mark) };
    const child = adopt(spawnLimited(words, { ...options, env }, 'pipe'), { mark });
    const { stdin, stdout } = child.process;
    // Writing to a dead child fails; its exit tells.
    stdin?.on('error', () => undefined);
    stdout?.on('error', () => undefined);
    const greeting = new Greeting<Greeted>({ spec, helloMs: options.helloMs, kill: child.kill });
    const died = (failure: Failure) => {
      stdout?.destroy();
      events.died(failure);
    };
    const lines = new LineWriter(stdin);
    const client = new ProcessClient(lines, {
      backlog: () => lines.waiting,
      hello: ({ claims, concurrency, callbacks }) =>
        greeting.accept(() => ({
          claims: withExtras(claimsOf(spec, claims), extrasBy(callbacks)),
          concurrency,
        })),
      helloWrong: (error) => greeting.refuse(invalidClaims(spec, error)),
      events: { ...events, died },
      unknownFields,
    });
    const wrong = (error: string) => {
      greeting.refuse(invalidClaims(spec, error));
      died({ kind: 'protocol-error', error });
    };
    let complained = 0;
    child.process.stderr?.on('data', (chunk: Buffer) => {
      complained += chunk.length;
      if (complained > stderrLimit) wrong(`more than ${stderrLimit} bytes on stderr without a message`);
    });
    const reader = new LineReader({
      known: (text, from, end) => {
        const isKnown = client.receiveKnown(text, from, end);
        if (isKnown) complained = 0;
        return isKnown;
      },
      message: (value, line) => {
        complained = 0;
        client.receive(value, line);
      },
      wrong,
    });
    stdout?.on('data', (chunk: Buffer) => reader.push(chunk));
    void child.gone.then((exit) => {
      client.abandon();
      greeting.refuse(deadAtHello(spec, whyGone(exit)));
      const failure = failureOf(exit, ceilingBytes);
      const midLine = reader.midLine && failure.kind === 'crashed';
      events.died(
        midLine ? { kind: 'crashed', error: `in the middle of a line: ${failure.error}` } : failure,
      );
    });
    client.greet();
    const { claims, concurrency } = await greeting.hello;
    const { pid } = child.process;
    return {
      claims,
      depth: Math.min(concurrency, greatestDepth),
      inOrder: concurrency === 1,
      ...(pid !== undefined && { pid }),
      runner: {
        start: (jobs) => client.start(jobs),
        stop: child.kill,
        quit: async () => faultOf(await child.leave(() => stdin?.end())),
      },
    };
  };
}

function withExtras(claims: Claims, more: NonNullable<Claims['extras']>): Claims {
  return more.length === 0
    ? claims
    : { ...claims, extras: [...new Set([...(claims.extras ?? []), ...more])] };
}

function programWords(command: string, cwd: string): readonly string[] {
  const [program, ...rest] = commandWords(command, cwd);
  if (program !== undefined) return [findProgram(program, cwd), ...rest];
  throw new BenchError('verifier-not-found', 'process: needs a command, as in process:"./my-harness --flag"');
}
