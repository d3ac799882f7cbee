/**
 * What is measured: for a built-in verifier and an example envelope, parsing alone and a whole delivery.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import { decodeWithCborX } from '../cbor/decode.ts';
import type { Decision } from '../device/decision.ts';
import { boundedParser } from '../verifiers/bounded/bounded.ts';
import { createBuiltin } from '../verifiers/builtins.ts';
import { authenticate } from '../verifiers/reference/authenticate.ts';
import { bindManifest } from '../verifiers/reference/digest.ts';
import type { Ports } from '../verifiers/reference/ports.ts';
import { commit, runProcedure } from '../verifiers/reference/procedure.ts';
import { createVerifier } from '../verifiers/reference/reference.ts';
import type { Step } from '../verifiers/reference/work.ts';
import type { Verifier } from '../verifiers/verifier.ts';
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
}

/** A decision, or less: without `reason` it went well. */
type Answer = Decision | { readonly kind?: undefined; readonly reason?: string };

/** The operations that this verifier has; a built-in that is no variant of the reference has no parser of its own. */
export async function operationsOf(
  verifierName: string,
  example: ExampleEnvelope,
): Promise<readonly Operation[]> {
  const verifier = await createBuiltin(verifierName);
  if (verifier === undefined) {
    throw new BenchError(
      'verifier-unknown',
      `no built-in verifier ${verifierName}: the bench measures built-ins only`,
    );
  }
  const parse = parserOf(verifierName, example);
  const verify: Operation = { kind: 'verify', run: () => deliverTo(verifier, example) };
  return parse === undefined ? [verify] : [parse, verify];
}

/** Why the operation did not go well; then its cost means nothing. */
export async function failureOf(operation: Operation): Promise<string | undefined> {
  const answer = await operation.run();
  if (answer.kind === 'interrupted') return 'interrupted';
  if (answer.kind === 'accepted' || (answer.kind === undefined && answer.reason === undefined))
    return undefined;
  return answer.reason ?? 'rejected without a reason';
}

function deliverTo(
  verifier: Verifier,
  { recipient, delivery }: ExampleEnvelope,
): Decision | Promise<Decision> {
  const session = verifier.open(recipient);
  if (session instanceof Promise) return session.then((opened) => opened.deliver(delivery));
  return session.deliver(delivery);
}

function parserOf(verifierName: string, example: ExampleEnvelope): Operation | undefined {
  const { recipient, delivery } = example;
  if (verifierName === 'bounded') {
    const parse = boundedParser(recipient);
    return { kind: 'parse', run: () => parse(delivery.envelope) };
  }
  const ports = portsOf(verifierName);
  if (ports === undefined) return undefined;
  const parser = createVerifier({ ports, steps: (steps) => steps.filter(isParsing) });
  return { kind: 'parse', run: () => deliverTo(parser, example) };
}

function portsOf(verifierName: string): Partial<Ports> | undefined {
  if (verifierName === 'reference') return {};
  return verifierName === 'library:cbor-x' ? { read: readWithCborX } : undefined;
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
