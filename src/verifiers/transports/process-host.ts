/**
 * Verifiers in any language: a persistent child that speaks one JSON object a line (docs/harness-protocol.md).
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { BenchError } from '../../bench-error.ts';
import { escapeText } from '../../escape-text.ts';
import type { Claims } from '../verifier.ts';
import { adopt, bareEnvironment, type Child, canLimit, limitScript } from './child-process.ts';
import { failureOf } from './death.ts';
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
import { ProcessClient } from './process-client.ts';
import type { Failure, Launch } from './runner.ts';
import { prepareSchemas } from './schema.ts';
import { splitCommand } from './split-command.ts';

/** Sessions at once, however many are claimed. */
const greatestDepth = 16;
const mebibyte = 1024 * 1024;

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
  const words = commandWords(command, options.cwd);
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
  const ceilingBytes = options.memoryMiB * mebibyte;
  return async (events) => {
    const child = start(words, options);
    const { stdin, stdout } = child.process;
    // Writing to a dead child fails; its exit tells.
    stdin?.on('error', () => undefined);
    stdout?.on('error', () => undefined);
    const greeting = new Greeting<Greeted>({ spec, helloMs: options.helloMs, kill: child.kill });
    const died = (failure: Failure) => {
      stdout?.destroy();
      events.died(failure);
    };
    const client = new ProcessClient((line) => stdin?.write(line), {
      hello: ({ claims, concurrency }) =>
        greeting.accept(() => ({ claims: claimsOf(spec, claims), concurrency })),
      helloWrong: (error) => greeting.refuse(invalidClaims(spec, error)),
      events: { ...events, died },
      unknownFields,
    });
    const reader = new LineReader({
      message: (value) => client.receive(value),
      wrong: (error) => {
        greeting.refuse(invalidClaims(spec, error));
        died({ kind: 'protocol-error', error });
      },
    });
    stdout?.on('data', (chunk: Buffer) => reader.push(chunk));
    void child.gone.then((exit) => {
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
        quit: () => child.leave(() => stdin?.end()),
      },
    };
  };
}

function start(words: readonly string[], { cwd, env, memoryMiB }: TransportOptions): Child {
  const line = canLimit ? ['/bin/sh', '-c', limitScript(memoryMiB), ...words] : words;
  const [program = '', ...rest] = line;
  return adopt(
    spawn(program, rest, { cwd, detached: true, env: bareEnvironment(env), stdio: ['pipe', 'pipe', 'pipe'] }),
  );
}

/** The words of the command, the program as an absolute path. */
function commandWords(command: string, cwd: string): readonly string[] {
  const outer = splitCommand(command);
  // process:"./harness --x" may keep its quotes on the way here: then they enclose all of it.
  const only = outer.length === 1 ? outer[0] : undefined;
  const words =
    only !== undefined && /\s/.test(only) && find(only, cwd) === undefined ? splitCommand(only) : outer;
  const [program, ...rest] = words;
  if (program === undefined)
    throw new BenchError(
      'verifier-not-found',
      'process: needs a command, as in process:"./my-harness --flag"',
    );
  const path = find(program, cwd);
  if (path !== undefined) return [path, ...rest];
  const where = /[\\/]/.test(program) ? `in ${escapeText(cwd)}` : 'on the PATH';
  throw new BenchError(
    'verifier-not-found',
    `there is no program ${escapeText(program)} ${where} that can be run`,
  );
}

function find(program: string, cwd: string): string | undefined {
  const candidates = /[\\/]/.test(program)
    ? [isAbsolute(program) ? program : resolve(cwd, program)]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  return candidates.find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
