/**
 * What is measured of a verifier: for one envelope, parsing alone and a whole delivery, and what each of them counts.
 *
 * Built-ins run in this process, their reader and cryptography counted at the ports. Others answer through their own
 * transport: their times hold its way there and back, and only what they report themselves is counted.
 *
 * @module
 */

import { resolve } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { decodeWithCborX } from '../cbor/decode.ts';
import type { Crypto } from '../cose/crypto.ts';
import type { Cost, Decision } from '../device/decision.ts';
import type { Outcome } from '../device/outcome.ts';
import type { Subject } from '../harness/claims-seen.ts';
import { boundedParser, boundedVerifier } from '../verifiers/bounded/bounded.ts';
import { createBuiltin } from '../verifiers/builtins.ts';
import type { Host } from '../verifiers/host.ts';
import { authenticate } from '../verifiers/reference/authenticate.ts';
import { bindManifest } from '../verifiers/reference/digest.ts';
import type { Ports } from '../verifiers/reference/ports.ts';
import { commit, runProcedure } from '../verifiers/reference/procedure.ts';
import { createVerifier } from '../verifiers/reference/reference.ts';
import type { Step } from '../verifiers/reference/work.ts';
import type { TransportOptions } from '../verifiers/transports/isolated-host.ts';
import { openVerifier } from '../verifiers/transports/open.ts';
import { type NamedEntry, specOf } from '../verifiers/transports/verifier-entry.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { runaways } from '../verifiers/zoo/zoo.ts';
import { type Counts, countingCrypto, countingRead, emptyCounts, recordingCrypto } from './counting.ts';
import type { ExampleEnvelope } from './examples.ts';

export const operationKinds = ['parse', 'verify'] as const;

/**
 * `parse`: from the envelope's bytes down to every command, with nothing verified or run. `verify`: a fresh session
 * and the delivery in it, to the highest level the verifier claims.
 */
export type OperationKind = (typeof operationKinds)[number];

export interface Operation {
  readonly kind: OperationKind;
  /** One operation; what it answers, or a promise of it. */
  run(): Answer | Promise<Answer>;
  /** What one operation counts; nothing of what is unknown. */
  count(): Promise<Counted>;
  /**
   * Its signature checks and digests alone, by the same calls on the same bytes; absent: unknown. Measured among the
   * verifier's own work they take no longer.
   */
  bare?(): Promise<() => void>;
}

/** Exact and repeatable; `items` where its reader is one of ours, the rest of `Cost` where it counts itself. */
export type Counted = Partial<Counts> & Omit<Cost, 'wantedBytes'>;

/** A decision or another outcome, or less: without `reason` it went well. */
type Answer = Outcome | { readonly kind?: undefined; readonly reason?: string; readonly cost?: Cost };

/** A verifier that can be measured. */
export interface Candidate {
  readonly spec: string;
  /** In this process; else through its transport. */
  readonly inProcess: boolean;
  /** Why its steps and bytes are not counted, though they could be of its kind. */
  readonly uncounted?: string;
  operationsOn(envelope: ExampleEnvelope): readonly Operation[];
  /** What it claims and can be told; absent: what the bench has. */
  readonly subject?: Subject;
  /** Of a program or a module: what is started, and where its paths start. */
  readonly launch?: { readonly spec: string; readonly cwd: string };
  /** Of its own process, as long as it lives: the most that was resident; undefined: not seen. */
  peakRss?(): number | undefined;
  close(): Promise<void>;
}

/** A config file's name, a built-in, or any other spec of `gauntlet run`. Throws BenchError as `openVerifier` does. */
export async function openCandidate(spec: string, entries: readonly NamedEntry[] = []): Promise<Candidate> {
  const named = entries.find(({ name }) => name === spec);
  if (named !== undefined) return openNamed(named);
  // Some must be stopped from outside.
  const isRunaway = runaways.some((id) => spec === `zoo:${id}`);
  const verifier = isRunaway ? undefined : await createBuiltin(spec);
  if (verifier === undefined) {
    const options = { entries };
    return throughHost(
      await openVerifier(spec, options),
      { spec, cwd: process.cwd() },
      await countingHost(spec, spec, options),
    );
  }
  return {
    spec,
    inProcess: true,
    operationsOn: (envelope) => builtinOperations(spec, verifier, envelope),
    close: async () => {},
  };
}

/** A built-in goes by its own name, whatever the file calls it. */
async function openNamed(named: NamedEntry): Promise<Candidate> {
  const { name, file, folder, entry } = named;
  const spec = specOf(named);
  if (entry.builtin !== undefined) return openCandidate(spec);
  if (entry.recipient !== undefined)
    throw new BenchError(
      'config',
      `${file}: verifiers.${name}.recipient: what is measured are envelopes of the bench's own, for other devices than this one`,
    );
  const options = { entries: [named] };
  const launch = { spec, cwd: resolve(folder, entry.cwd ?? '.') };
  return throughHost(await openVerifier(name, options), launch, await countingHost(name, spec, options));
}

/** The operations of a built-in; one that is no variant of the reference has no parser of its own. */
export async function operationsOf(spec: string, envelope: ExampleEnvelope): Promise<readonly Operation[]> {
  const verifier = await createBuiltin(spec);
  if (verifier === undefined)
    throw new BenchError('verifier-unknown', `there is no built-in verifier ${spec}`);
  return builtinOperations(spec, verifier, envelope);
}

/** Why the operation did not go well; then its cost means nothing. */
export async function failureOf(operation: Operation): Promise<string | undefined> {
  const answer = await operation.run();
  switch (answer.kind) {
    case undefined:
      return answer.reason;
    case 'accepted':
      return undefined;
    case 'rejected':
      return answer.reason ?? 'rejected without a reason';
    default:
      return answer.kind;
  }
}

/** What counts is slower, so that times are taken of another. Undefined: only the verifier itself could count. */
async function countingHost(
  name: string,
  spec: string,
  options: Partial<TransportOptions>,
): Promise<Host | undefined> {
  const isCounting = spec.startsWith('wasm:') || spec.startsWith('command:');
  return isCounting ? openVerifier(name, { ...options, counts: true }) : undefined;
}

function throughHost(host: Host, launch: NonNullable<Candidate['launch']>, counting = host): Candidate {
  return {
    spec: host.spec,
    inProcess: false,
    subject: host,
    launch,
    ...(counting.uncounted !== undefined && { uncounted: counting.uncounted }),
    operationsOn: ({ recipient, delivery }) => {
      const through = async (one: Host): Promise<Outcome> => {
        const [outcome] = await one.trial(recipient, [delivery]);
        return outcome ?? { kind: 'protocol-error', error: 'no answer' };
      };
      const run = (): Promise<Outcome> => through(host);
      return [{ kind: 'verify', run, count: async () => costOf(await through(counting)) }];
    },
    peakRss: () => counting.status?.().peakRssBytes ?? host.status?.().peakRssBytes,
    close: async () => {
      await Promise.all([host.close(), counting.close()]);
    },
  };
}

function builtinOperations(
  spec: string,
  verifier: Verifier,
  envelope: ExampleEnvelope,
): readonly Operation[] {
  const parse = parserOf(spec, envelope);
  const verify: Operation = {
    kind: 'verify',
    run: () => deliverTo(verifier, envelope),
    count: async () => {
      const { counts, verifier: counting } = countingVerifier(spec);
      const answer = await deliverTo(counting ?? verifier, envelope);
      return { ...costOf(answer), ...(counting && seen(counts)) };
    },
    ...(hasPorts(spec) && { bare: () => bareOf(spec, envelope) }),
  };
  return parse === undefined ? [verify] : [parse, verify];
}

function deliverTo(
  verifier: Verifier,
  { recipient, delivery }: ExampleEnvelope,
): Decision | Promise<Decision> {
  const session = verifier.open(recipient);
  if (session instanceof Promise) return session.then((opened) => opened.deliver(delivery));
  return session.deliver(delivery);
}

function hasPorts(spec: string): boolean {
  return spec === 'bounded' || portsOf(spec) !== undefined;
}

async function bareOf(spec: string, envelope: ExampleEnvelope): Promise<() => void> {
  const calls: (() => unknown)[] = [];
  const crypto = recordingCrypto(calls);
  const ports = { ...portsOf(spec), crypto };
  await deliverTo(spec === 'bounded' ? boundedVerifier({ crypto }) : createVerifier({ ports }), envelope);
  return () => {
    for (const call of calls) call();
  };
}

/** The same verifier with counting ports; without them: it has no ports of ours. */
function countingVerifier(spec: string): { readonly counts: Counts; readonly verifier?: Verifier } {
  const counts = emptyCounts();
  if (spec === 'bounded')
    return { counts, verifier: boundedVerifier({ arenaBytes: roomyArena, crypto: countingCrypto(counts) }) };
  const ports = countingPorts(spec, counts, countingCrypto(counts));
  return ports === undefined ? { counts } : { counts, verifier: createVerifier({ ports }) };
}

/** More than any valid envelope takes, so that its need is seen. */
export const roomyArena = 1 << 20;

function parserOf(spec: string, envelope: ExampleEnvelope): Operation | undefined {
  const { recipient, delivery } = envelope;
  if (spec === 'bounded') {
    const parse = boundedParser(recipient);
    const count = () => boundedParser(recipient, { arenaBytes: roomyArena })(delivery.envelope);
    return { kind: 'parse', run: () => parse(delivery.envelope), count: async () => costOf(count()) };
  }
  const ports = portsOf(spec);
  if (ports === undefined) return undefined;
  const parser = createVerifier({ ports, steps: (steps) => steps.filter(isParsing) });
  return {
    kind: 'parse',
    run: () => deliverTo(parser, envelope),
    count: async () => {
      const counts = emptyCounts();
      const counting = countingPorts(spec, counts);
      await deliverTo(
        createVerifier({ ...(counting && { ports: counting }), steps: (all) => all.filter(isParsing) }),
        envelope,
      );
      return { items: counts.items };
    },
  };
}

function costOf(answer: { readonly cost?: Cost } | Answer): Counted {
  const { wantedBytes: _, ...counted } = ('cost' in answer && answer.cost) || {};
  return counted;
}

/** The bounded verifier has no reader at a port; its steps say the same. */
function seen({ items, ...crypto }: Counts): Counted {
  return items === 0 ? crypto : { ...crypto, items };
}

function countingPorts(spec: string, counts: Counts, crypto?: Crypto): Partial<Ports> | undefined {
  const ports = portsOf(spec);
  return ports && { ...ports, read: countingRead(counts, ports.read), ...(crypto && { crypto }) };
}

function portsOf(spec: string): Partial<Ports> | undefined {
  if (spec === 'reference') return {};
  return spec === 'library:cbor-x' ? { read: readWithCborX } : undefined;
}

/** As in `verifiers/library/cbor-x.ts`; the examples are well-formed. */
const readWithCborX: Ports['read'] = (bytes, offset) => {
  const decoded = decodeWithCborX(bytes);
  if (decoded.ok) return { ok: true, item: decoded.item, end: bytes.length };
  return { ok: false, error: { code: 'truncated', offset, message: decoded.message } };
};

const beyondParsing: readonly Step['run'][] = [authenticate, bindManifest, runProcedure, commit];

function isParsing({ run }: Step): boolean {
  return !beyondParsing.includes(run);
}
