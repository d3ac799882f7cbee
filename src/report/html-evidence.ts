/**
 * The evidence of a finding as data for the page's script: both envelopes once, and where they differ.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { toHex } from '../cbor/hex.ts';
import type { Payload } from '../device/delivery.ts';
import { judgedEnvelope, type StoredCase } from '../harness/finding.ts';
import { howMany } from '../how-many.ts';
import type { Run, RunStep } from '../scenarios/scenario.ts';
import { explain } from '../suit/explain.ts';
import { difference, type Stretch } from './difference.ts';

/** What the script reads: short names keep the page small. */
export interface Evidence {
  readonly envelopes: readonly ShownEnvelope[];
  /** By the finding's anchor. */
  readonly findings: Readonly<Record<string, ShownPair>>;
}

export interface ShownEnvelope {
  readonly size: number;
  /** The first bytes, `mostBytes` at most. */
  readonly hex: string;
  /** Byte offset, depth, text, and a mark: `!` wrong, `+` checked. */
  readonly lines: readonly (readonly [number, number, string, string?])[];
}

/** Indices into `envelopes`, null for none; stretches, from `beside` to `attacked`, as [1 if the same, entries left, entries right]. */
export interface ShownPair {
  readonly control: number | null;
  readonly attacked: number | null;
  /** What stands at the left, null for nothing: where the attack is another delivery of the same bytes, the one before it. */
  readonly beside: number | null;
  readonly lines: readonly Triple[];
  readonly bytes: readonly Triple[];
}

type Triple = readonly [0 | 1, number, number];

/** Of each envelope; what is longer can be read with `gauntlet explain`. */
export const mostBytes = 8192;
const mostLines = 600;

export function evidenceOf(cases: ReadonlyMap<string, StoredCase>): Evidence {
  const envelopes: ShownEnvelope[] = [];
  const places = new Map<string, number>();
  const place = (bytes: Uint8Array | undefined): number | null => {
    if (bytes === undefined) return null;
    const hex = toHex(bytes);
    const known = places.get(hex);
    if (known !== undefined) return known;
    places.set(hex, envelopes.length);
    return envelopes.push(shown(bytes)) - 1;
  };
  const findings = [...cases].map(([anchor, { attack, control, attacked }]): [string, ShownPair] => {
    // Of a valid delivery there is nothing that it could be compared with.
    const isValid = attack === 'valid' || attack.startsWith('valid.');
    const pair = {
      control: isValid ? null : place(ofControl(control)),
      attacked: place(judgedEnvelope(attacked)),
    };
    const before = pair.control === pair.attacked ? place(deliveredBefore(attacked)) : null;
    const beside = before ?? pair.control;
    const [left, right] = [envelopes[beside ?? -1], envelopes[pair.attacked ?? -1]];
    const lines = difference(texts(left), texts(right)).map(triple);
    const bytes = difference(octets(left), octets(right), { shortestMatch: 4 }).map(triple);
    return [anchor, { ...pair, beside, lines, bytes }];
  });
  return { envelopes, findings: Object.fromEntries(findings) };
}

/** "update, envelope of 312 bytes, payload coap://a of 9 bytes (SHA-256 0123456789ab…); judged at installed" */
export function deliveryInWords({ delivery, must, level }: RunStep): string {
  const { event, envelope, payloads, candidates, powerCut, anchorsRemoved, meanwhile } = delivery;
  const parts = [
    event,
    envelope ? `envelope of ${envelope.length} bytes` : 'the stored envelope',
    ...(candidates ? [`${candidates.length} candidates`] : []),
    ...payloads.map(payloadInWords),
    ...(anchorsRemoved ? [`anchors ${anchorsRemoved.join(', ')} removed once it is authenticated`] : []),
    ...(meanwhile ? [`another update meanwhile, of ${meanwhile.envelope.length} bytes`] : []),
    ...(powerCut ? [`power cut ${powerCut.when} storage step ${powerCut.step}`] : []),
  ];
  return `${parts.join(', ')}; ${must} at ${level}`;
}

function payloadInWords(payload: Payload): string {
  if (payload.kind === 'endless') return `payload ${payload.uri} without end`;
  if (payload.kind === 'redirect') return `payload ${payload.uri}, redirected to ${payload.to}`;
  if (payload.kind === 'assumed') return `payload ${payload.uri}, assumed from its digest`;
  const digest = createHash('sha256').update(payload.bytes).digest('hex').slice(0, 12);
  const bytes = howMany(payload.bytes.length, 'byte');
  const time = payload.kind === 'slow' ? ` in ${payload.seconds} seconds` : '';
  return `payload ${payload.uri} of ${bytes}${time} (SHA-256 ${digest}…)`;
}

/** A control has no judged delivery: its last one stands beside the attack's. */
function ofControl(run: Run): Uint8Array | undefined {
  return run.steps.findLast(({ delivery }) => delivery.envelope !== undefined)?.delivery.envelope;
}

/** The last envelope before the judged one. */
function deliveredBefore({ steps }: Run): Uint8Array | undefined {
  const judged = steps.findLastIndex(({ must }) => must === 'judged');
  const before = steps.slice(0, Math.max(0, judged));
  return before.findLast(({ delivery }) => delivery.envelope !== undefined)?.delivery.envelope;
}

function shown(bytes: Uint8Array): ShownEnvelope {
  const lines = explain(bytes, { maxLines: mostLines }).map(
    ({ offset, depth, text, mark }): ShownEnvelope['lines'][number] =>
      mark === undefined ? [offset, depth, text] : [offset, depth, text, mark === 'error' ? '!' : '+'],
  );
  return { size: bytes.length, hex: toHex(bytes.subarray(0, mostBytes)), lines };
}

/** Depth counts: the same text elsewhere is not the same line. */
function texts(envelope: ShownEnvelope | undefined): string[] {
  return (envelope?.lines ?? []).map(([, depth, text, mark]) => `${depth} ${mark ?? ''} ${text}`);
}

function octets(envelope: ShownEnvelope | undefined): string[] {
  return envelope?.hex.match(/../g) ?? [];
}

function triple({ kind, left, right }: Stretch): Triple {
  return [kind === 'same' ? 1 : 0, left, right];
}
