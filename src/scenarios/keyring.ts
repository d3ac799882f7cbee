/**
 * Signing keys of users' own devices. A plan names such a key by its fingerprint, since plans are stored and private
 * keys never are.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { BenchError } from '../bench-error.ts';
import { write } from '../cbor/write.ts';
import type { CoseKey } from '../cose/key.ts';
import { coseKeyItem } from '../cose/key-forms.ts';

const keys = new Map<string, CoseKey>();

/** Keeps it for the plans of this process; its fingerprint, which tells nothing of a secret. */
export function keepKey(key: CoseKey): string {
  const hash = createHash('sha256').update(write(coseKeyItem(key)));
  const fingerprint = hash
    .update(key.kid ?? new Uint8Array())
    .digest('hex')
    .slice(0, 32);
  keys.set(fingerprint, key);
  return fingerprint;
}

/** Throws BenchError `key-missing` where the config that names it was not read. */
export function keptKey(fingerprint: string): CoseKey {
  const key = keys.get(fingerprint);
  if (key !== undefined) return key;
  throw new BenchError(
    'key-missing',
    `the case is of a device whose signing key (${fingerprint}) is not at hand: give the config file that names it`,
  );
}
