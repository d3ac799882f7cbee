/**
 * A host over a trial queue: what all transports share.
 *
 * @module
 */
import { BenchError } from '../../bench-error.ts';
import { escapeText } from '../../escape-text.ts';
import { defaultHostOptions, type Host, type HostOptions, type HostStatus } from '../host.ts';
import type { Claims } from '../verifier.ts';
import type { CommandSettings } from './command-host.ts';
import { describeExit, type Exit, lastWords } from './death.ts';
import { peakRssOf } from './peak-rss.ts';
import type { Launch } from './runner.ts';
import { type QueueStatus, TrialQueue } from './trial-queue.ts';
import { validateClaims } from './validate-claims.ts';
import type { NamedEntry } from './verifier-entry.ts';

export interface TransportOptions extends HostOptions {
  /** Milliseconds from start to hello. */
  readonly helloMs: number;
  /** Deaths in a row after which a verifier is given up. */
  readonly deathsInARow: number;
  /** Where relative paths start, and where processes run. */
  readonly cwd: string;
  /** Of its environment, beside what every verifier gets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of a program: all addresses that it may have, and its stack; absent: as the bench itself has them. */
  readonly addressMiB?: number;
  readonly stackKiB?: number;
  /** What it is called in results; default: its spec. */
  readonly name?: string;
  /** Its keys, ids and components are burned in: it need not be told of them. */
  readonly isFixed?: boolean;
  /** It cannot be set back: nothing is delivered twice to find out who killed it. */
  readonly once?: boolean;
  /** Counts steps and bytes exactly, where the bench can (`wasm:`); it is slower. */
  readonly counts?: boolean;
  /** Counted steps that a delivery may take (`wasm:`). */
  readonly mostSteps?: number;
  /** Of a command: how its exits and its output are read. */
  readonly command?: CommandSettings;
  /** Verifiers that a config file names. */
  readonly entries?: readonly NamedEntry[];
}

export function transportOptions(options: Partial<TransportOptions> = {}): TransportOptions {
  const defaults = { ...defaultHostOptions, helloMs: 10_000, deathsInARow: 20, cwd: process.cwd() };
  return { ...defaults, ...options };
}

/** A host that also tells how its verifier has fared. */
export interface IsolatedHost extends Host {
  status(): HostStatus & Pick<QueueStatus, 'pid'>;
}

export async function openHost(
  spec: string,
  launch: Launch,
  options: TransportOptions,
  extra: { readonly unknownFields?: () => number } = {},
): Promise<IsolatedHost> {
  const queue = new TrialQueue(launch, options);
  const { claims, depth } = await queue.begin();
  return {
    spec: options.name ?? spec,
    claims,
    depth,
    ...(options.profile && { profile: options.profile }),
    trial: (recipient, deliveries) => queue.run(recipient, deliveries),
    close: () => queue.close(),
    status: () => {
      const status = queue.status();
      const peakRssBytes = status.pid === undefined ? undefined : peakRssOf(status.pid);
      return {
        ...status,
        unknownFields: extra.unknownFields?.() ?? 0,
        ...(peakRssBytes !== undefined && { peakRssBytes }),
      };
    },
  };
}

/** The claims of a hello, or the error that the user gets. */
export function claimsOf(spec: string, hello: unknown): Claims {
  const claims = validateClaims(hello);
  if (claims.kind === 'ok') return claims.value;
  throw invalidClaims(spec, typeof hello === 'string' ? hello : claims.error);
}

export function invalidClaims(spec: string, error: string): BenchError {
  return new BenchError(
    'verifier-claims',
    `${escapeText(spec)}: its hello is not valid: ${escapeText(error)} (docs/harness-protocol.md lists the claims)`,
  );
}

export function deadAtHello(spec: string, why: string): BenchError {
  return new BenchError('verifier-dead', `${escapeText(spec)} did not say hello: ${escapeText(why)}`);
}

/** An exit in the words of `deadAtHello`. */
export function whyGone(exit: Exit): string {
  const words = lastWords(exit.stderr);
  return words === '' ? describeExit(exit) : `${describeExit(exit)}: ${words}`;
}
