/**
 * The baseline that the working group started from: the same image and metadata as a firmware package of RFC 4108 and
 * as a SUIT envelope, and what each costs.
 *
 * @module
 */

import { encodePackage, sealPackage } from '../cms/build.ts';
import { hardwareOf, packageName } from '../cms/registry.ts';
import { signerOf } from '../cose/blocks.ts';
import type { Ec2Key } from '../cose/key.ts';
import { authorP256 } from '../cose/test-keys.ts';
import type { Outcome } from '../device/outcome.ts';
import type { Recipient } from '../device/recipient.ts';
import { parsePackage } from '../verifiers/library/cms.ts';
import { cmsVerifier } from '../verifiers/library/cms-verifier.ts';
import { weigh } from './decoder-bench.ts';
import type { ExampleEnvelope } from './examples.ts';
import { failureOf, operationsOf } from './operations.ts';
import { envelopeOf, installFrom } from './series.ts';
import { type Interval, type TimingOptions, timeTasks } from './timing.ts';

export interface PackageReport {
  readonly verifier: string;
  readonly format: 'SUIT' | 'CMS';
  readonly payloadBytes: number;
  /** On the wire, payload included. */
  readonly bytes: number;
  /** What is not payload. */
  readonly overheadBytes: number;
  readonly parse: Ratio;
  readonly verify: Ratio;
  /** V8's heap, of parsing. */
  readonly allocatedBytes: number;
  /** Hostile variations, and what was answered; "accepted" is never right. */
  readonly attacks: Readonly<Record<CarriedAttack, string>>;
}

export interface Ratio {
  readonly ratio: number;
  readonly interval: Interval;
}

/** Those that mean the same in both. */
export const carriedAttacks = ['signature', 'payload', 'stale version', 'truncation'] as const;

export type CarriedAttack = (typeof carriedAttacks)[number];

const payloadBytes = 1024;
const payload = new Uint8Array(payloadBytes).fill(0x5a);
const key = authorP256 as Ec2Key;
const es256 = -7;

export async function comparePackages(timing: TimingOptions): Promise<readonly PackageReport[]> {
  const suit = suitEnvelope(2n);
  const { recipient } = suit;
  const cms = cmsPackage(2n, recipient);
  const tasks = [
    { name: 'cms parse', run: (): unknown => parsePackage(cms) },
    { name: 'cms verify', run: (): unknown => deliverCms(cms, recipient) },
  ];
  for (const verifier of suitVerifiers)
    for (const { kind, run } of await operationsOf(verifier, suit))
      tasks.push({ name: `${verifier} ${kind}`, run });
  const timings = await timeTasks(tasks, timing);
  const ratioOf = (name: string): Ratio => {
    const found = timings.tasks.find((task) => task.name === name);
    return { ratio: found?.ratio ?? 0, interval: found?.interval ?? { low: 0, high: 0, confidence: 0 } };
  };
  const reports: PackageReport[] = [];
  for (const verifier of ['cms', ...suitVerifiers]) {
    const isCms = verifier === 'cms';
    const { length: bytes } = isCms ? cms : suit.delivery.envelope;
    reports.push({
      verifier: isCms ? 'library:cms' : verifier,
      format: isCms ? 'CMS' : 'SUIT',
      payloadBytes,
      bytes,
      overheadBytes: bytes - payloadBytes,
      parse: ratioOf(`${verifier} parse`),
      verify: ratioOf(`${verifier} verify`),
      allocatedBytes: await weigh(`package:${verifier}`, ['']),
      attacks: isCms ? await attackCms(recipient) : await attackSuit(verifier),
    });
  }
  return reports;
}

/** Parsing alone, for a process that weighs it. */
export async function parsePass(verifier: string): Promise<() => unknown> {
  if (verifier === 'cms') {
    const cms = cmsPackage(2n, suitEnvelope(2n).recipient);
    return () => parsePackage(cms);
  }
  const operations = await operationsOf(verifier, suitEnvelope(2n));
  return () => operations.find(({ kind }) => kind === 'parse')?.run();
}

const suitVerifiers: readonly string[] = ['reference', 'bounded'];

function cmsPackage(version: bigint, { components }: Recipient): Uint8Array {
  const hardware = components[0]?.classIds.map(hardwareOf) ?? [];
  const metadata = { name: packageName, version, hardware, ...(version > 0n && { stale: version - 1n }) };
  return encodePackage(sealPackage(payload, metadata, key));
}

async function deliverCms(envelope: Uint8Array, recipient: Recipient): Promise<Outcome> {
  const session = await cmsVerifier().open(recipient);
  return session.deliver({ event: 'update', envelope, payloads: [] });
}

/** The same: image and size, who it is for, a number that only grows, one signature. */
function suitEnvelope(sequenceNumber: bigint): ExampleEnvelope {
  const uri = '#image';
  const made = envelopeOf('package', {
    manifest: { sequenceNumber, install: installFrom(uri, payload) },
    integrated: [[uri, payload]],
    signers: [{ ...signerOf(key), algorithm: es256 }],
  });
  return { ...made, recipient: { ...made.recipient, sequenceNumber: 1n } };
}

/** A bit of the signature, which stands last; of the payload; an old version, rightly signed; each shorter length. */
async function attackCms(recipient: Recipient): Promise<Readonly<Record<CarriedAttack, string>>> {
  const whole = cmsPackage(2n, recipient);
  const answer = async (bytes: Uint8Array): Promise<string> => {
    const outcome = await deliverCms(bytes, recipient);
    return outcome.kind === 'rejected' ? (outcome.reason ?? outcome.kind) : outcome.kind;
  };
  const truncated = [];
  for (const length of shorter(whole)) truncated.push(await answer(whole.slice(0, length)));
  return {
    signature: await answer(flipped(whole, whole.length - 1)),
    payload: await answer(flipped(whole, payloadAt(whole))),
    'stale version': await answer(cmsPackage(0n, recipient)),
    truncation: oneOf(truncated),
  };
}

async function attackSuit(verifier: string): Promise<Readonly<Record<CarriedAttack, string>>> {
  const whole = suitEnvelope(2n);
  const { envelope } = whole.delivery;
  const answer = async (bytes: Uint8Array): Promise<string> => {
    const operations = await operationsOf(verifier, {
      ...whole,
      delivery: { ...whole.delivery, envelope: bytes },
    });
    const verify = operations.find(({ kind }) => kind === 'verify');
    return verify === undefined ? 'no answer' : ((await failureOf(verify)) ?? accepted);
  };
  const truncated = [];
  for (const length of shorter(envelope)) truncated.push(await answer(envelope.slice(0, length)));
  return {
    signature: await answer(flipped(envelope, signatureAt(envelope))),
    payload: await answer(flipped(envelope, payloadAt(envelope))),
    'stale version': await answer(suitEnvelope(0n).delivery.envelope),
    truncation: oneOf(truncated),
  };
}

const accepted = 'accepted';

/** A prime, so that all kinds of places are met. */
const stride = 37;

function shorter({ length }: Uint8Array): readonly number[] {
  return Array.from({ length: Math.floor(length / stride) }, (_, i) => length - 1 - i * stride);
}

/** An acceptance first; else the different answers. */
function oneOf(answers: readonly string[]): string {
  return answers.includes(accepted) ? accepted : [...new Set(answers)].toSorted().join(', ');
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.with(at, (bytes[at] ?? 0) ^ 1);
}

function payloadAt(bytes: Uint8Array): number {
  return Buffer.from(bytes).indexOf(payload) + (payload.length >> 1);
}

/** The only byte string of 64 bytes. */
function signatureAt(envelope: Uint8Array): number {
  return Buffer.from(envelope).indexOf(Uint8Array.of(0x58, 64)) + 40;
}
