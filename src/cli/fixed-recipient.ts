/**
 * A user's own device out of the config file: what scenarios are held to, with the key that signs for it.
 *
 * @module
 */
import { resolve } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { toHex } from '../cbor/hex.ts';
import { type CoseKey, isPrivate } from '../cose/key.ts';
import { readKeyFile } from '../cose/key-files.ts';
import type { FixedPlan } from '../scenarios/fixed.ts';
import { keepKey } from '../scenarios/keyring.ts';
import type { NamedEntry, RecipientEntry } from '../verifiers/transports/verifier-entry.ts';
import type { Config } from './config.ts';
import { readBytes } from './files.ts';

/** The one device of these verifiers; undefined: they take any. Throws BenchError `config`. */
export function fixedRecipient(specs: readonly string[], config: Config | undefined): FixedPlan | undefined {
  const named = (config?.entries ?? []).filter(({ name, entry }) => specs.includes(name) && entry.recipient);
  for (const { name, file, entry } of config?.entries ?? [])
    if (specs.includes(name) && entry.reset && !entry.recipient)
      throw new BenchError(
        'config',
        `${file}: verifiers.${name}.reset: goes with recipient, where the first sequence number stands`,
      );
  const [first] = named;
  if (first === undefined) return undefined;
  const plans = named.map(planOf);
  if (plans.some((plan) => JSON.stringify(plan) !== JSON.stringify(plans[0])))
    throw new BenchError(
      'config',
      `${first.file}: ${named.map(({ name }) => name).join(' and ')} have devices of their own: run them apart`,
    );
  return plans[0];
}

function planOf(named: NamedEntry): FixedPlan {
  const { name, file, folder, entry } = named;
  const { reset } = entry;
  const recipient = entry.recipient as RecipientEntry;
  const key = signingKey(recipient, (path) => resolve(folder, path));
  const wrong = (field: string, wanted: string): never => {
    throw new BenchError('config', `${file}: verifiers.${name}.recipient.${field}: wanted ${wanted}`);
  };
  const known =
    algorithmsOf(key) ??
    wrong('signingKey', 'a key of P-256 or Ed25519, or one for HMAC, with its private part');
  const algorithm = recipient.algorithm ?? known[0];
  const fitting =
    known.find((one) => one === algorithm) ?? wrong('algorithm', `one of ${known.join(', ')} for this key`);
  return {
    key: keepKey(key),
    algorithm: fitting,
    kidIn: recipient.kidIn ?? 'none',
    components: recipient.components.map(({ identifier, content }) => ({
      identifier: identifier.map((segment) => segment.toLowerCase()),
      ...(content !== undefined && { content: toHex(readBytes(resolve(folder, content), 'content')) }),
    })),
    vendorId: idOf(recipient.vendorId),
    classId: idOf(recipient.classId),
    ...(recipient.deviceId !== undefined && { deviceId: idOf(recipient.deviceId) }),
    capacity: recipient.capacity ?? 1 << 16,
    storage: recipient.storage ?? 'variable',
    ...(reset && { reset }),
    ...(recipient.sequenceNumber !== undefined && { sequence: String(BigInt(recipient.sequenceNumber)) }),
  };
}

function signingKey({ signingKey: path, kid }: RecipientEntry, absolute: (path: string) => string): CoseKey {
  const { kid: own, ...key } = readKeyFile(absolute(path));
  const name = kid === undefined ? own : new Uint8Array(Buffer.from(kid, 'hex'));
  return name === undefined ? (key as CoseKey) : ({ ...key, kid: name } as CoseKey);
}

type Algorithm = FixedPlan['algorithm'];

/** The usual one first. */
function algorithmsOf(key: CoseKey): readonly [Algorithm, ...Algorithm[]] | undefined {
  if (!isPrivate(key)) return undefined;
  if (key.kty === 'EC2') return key.crv === 'P-256' ? [-7, -9] : undefined;
  if (key.kty === 'OKP') return [-8, -19];
  return key.kty === 'Symmetric' ? [5] : undefined;
}

/** 16 bytes, with or without the hyphens of a UUID. */
function idOf(text: string): string {
  return text.replaceAll('-', '').toLowerCase();
}
