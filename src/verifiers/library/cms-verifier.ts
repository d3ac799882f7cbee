/**
 * `library:cms`: a device that takes firmware packages of RFC 4108 in place of SUIT envelopes, in the words of the
 * bench: what a loader must check (§1.2.3), in its order.
 *
 * The recipient's sequence number N means that version N was loaded, and that it made all before it stale: so the two
 * formats ask the same of a number. Of the components it is the first that is written.
 *
 * @module
 */
import { hardwareOf, packageRevision } from '../../cms/registry.ts';
import { nodeCrypto } from '../../cose/node-crypto.ts';
import type { Decision, Effect } from '../../device/decision.ts';
import type { Delivery } from '../../device/delivery.ts';
import { type Recipient, withState } from '../../device/recipient.ts';
import { type Reason, reasons } from '../../suit/stage.ts';
import { reportState } from '../reference/report-state.ts';
import type { Claims, Session, Verifier } from '../verifier.ts';
import {
  anchorOf,
  type FirmwarePackage,
  type PackageAnchor,
  parsePackage,
  type Refusal,
  refusalOf,
} from './cms.ts';

/** What a seeded fault replaces. */
export interface PackageRules {
  /** Throws where the bytes are no firmware package. */
  readonly read: (bytes: Uint8Array) => FirmwarePackage;
  readonly refusal: (
    found: FirmwarePackage,
    anchors: readonly PackageAnchor[],
  ) => Promise<Refusal | undefined>;
  /** `held`: the recipient's number; undefined: it has none. */
  readonly isFresh: (version: bigint, held: bigint | undefined) => boolean;
  readonly isFor: (hardware: readonly string[], own: readonly string[]) => boolean;
}

export const defaultPackageRules: PackageRules = {
  read: parsePackage,
  refusal: refusalOf,
  // §1.2.3.2: not above the stale version, which is the one before the number held.
  isFresh: (version, held) => held === undefined || version >= held,
  // §2.2.4
  isFor: (hardware, own) => hardware.some((one) => own.includes(one)),
};

export function cmsVerifier(rules: Partial<PackageRules> = {}, name = 'library:cms'): Verifier {
  const all = { ...defaultPackageRules, ...rules };
  return { hello: () => claimsOf(name), open: (recipient) => openSession(all, recipient) };
}

const es256: readonly number[] = [-7, -9];

function claimsOf(name: string): Claims {
  return {
    name,
    version: '4108',
    revisions: [packageRevision],
    levels: ['authenticated', 'applicable', 'installed'],
    events: ['update'],
    commands: [],
    parameters: [],
    algorithms: [...es256],
    digests: [-16],
    structures: [],
    extensions: [],
    reports: ['stage', 'reason', 'sequence', 'components', 'effects'],
    keepsState: true,
  };
}

async function openSession(rules: PackageRules, recipient: Recipient): Promise<Session> {
  const keys = recipient.anchors.flatMap(({ key, algorithms }) =>
    key.kty === 'EC2' && key.crv === 'P-256' && es256.some((id) => algorithms.includes(id)) ? [key] : [],
  );
  const anchors = await Promise.all(keys.map(anchorOf));
  let own = recipient;
  return {
    async deliver(delivery) {
      const { decision, next } = await decide(rules, anchors, own, delivery);
      own = next;
      return decision;
    },
  };
}

interface Decided {
  readonly decision: Decision;
  readonly next: Recipient;
}

async function decide(
  rules: PackageRules,
  anchors: readonly PackageAnchor[],
  recipient: Recipient,
  { envelope, event }: Delivery,
): Promise<Decided> {
  const effects: Effect[] = [];
  const refuse = (reason: Reason, detail: string): Decided => ({
    decision: {
      kind: 'rejected',
      stage: reasons[reason].stage,
      reason,
      detail,
      effects,
      state: reportState(recipient, nodeCrypto),
    },
    next: recipient,
  });
  if (event !== 'update' || envelope === undefined) return refuse('envelope-structure', 'nothing to load');
  let found: FirmwarePackage;
  try {
    found = rules.read(envelope);
  } catch (thrown) {
    return refuse('not-well-formed', thrown instanceof Error ? thrown.message : String(thrown));
  }
  const refusal = await rules.refusal(found, anchors);
  if (refusal !== undefined) return refuse(reasonOf[refusal], refusal);
  effects.push({ kind: 'authenticated' });
  const { version, stale, hardware } = found.metadata;
  if (!rules.isFresh(version, recipient.sequenceNumber))
    return refuse('sequence-rollback', `version ${version} is stale`);
  const [component] = recipient.components;
  const ids = component?.classIds.filter((id) => id.length === 16).map(hardwareOf) ?? [];
  if (component === undefined || !rules.isFor(hardware, ids))
    return refuse('class-mismatch', 'the package is for other hardware');
  if (found.payload.length > component.capacity) return refuse('limit-size', 'more than the slot holds');
  const number = numberAfter(recipient.sequenceNumber, stale);
  effects.push({ kind: 'write', component: 0 });
  if (number !== undefined) effects.push({ kind: 'commit', sequenceNumber: number });
  const next = loaded(recipient, { payload: found.payload, bytes: envelope, number });
  const state = reportState(next, nodeCrypto);
  return { decision: { kind: 'accepted', level: 'installed', effects, state }, next };
}

const reasonOf: Readonly<Record<Refusal, Reason>> = {
  unsigned: 'auth-missing',
  algorithm: 'alg-unsupported',
  'unknown-key': 'key-unknown',
  'content-type': 'auth-malformed',
  digest: 'manifest-digest-mismatch',
  signature: 'sig-invalid',
};

/** §1.2.3.2: what is stale once stays so. */
function numberAfter(held: bigint | undefined, stale: bigint | undefined): bigint | undefined {
  if (stale === undefined) return held;
  return held !== undefined && held > stale + 1n ? held : stale + 1n;
}

function loaded(
  recipient: Recipient,
  {
    payload,
    bytes,
    number,
  }: { readonly payload: Uint8Array; readonly bytes: Uint8Array; readonly number: bigint | undefined },
): Recipient {
  const contents = recipient.components.map(({ slots, current }, c) =>
    c === 0 ? slots.with(current, { kind: 'bytes', bytes: payload }) : slots,
  );
  return withState(recipient, {
    ...(number !== undefined && { sequenceNumber: number }),
    installed: Uint8Array.from(bytes),
    contents,
  });
}
