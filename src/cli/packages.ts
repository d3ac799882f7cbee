/**
 * Verifiers that take firmware packages of RFC 4108 in place of SUIT envelopes: they are run by themselves, and nothing
 * is made for them but what carries over.
 *
 * @module
 */
import { catalogue } from '../attacks/catalogue.ts';
import { packageAttacks } from '../attacks/firmware-package.ts';
import { BenchError } from '../bench-error.ts';
import type { RunChoice } from '../report/log.ts';
import { packageBuiltins } from '../verifiers/builtins.ts';

/** Throws BenchError `usage` for verifiers of both formats. */
export function takePackages(verifiers: readonly string[]): true | undefined {
  const taking = verifiers.filter((spec) => packageBuiltins.includes(spec));
  if (taking.length === 0) return undefined;
  if (taking.length === verifiers.length) return true;
  throw new BenchError(
    'usage',
    `${taking[0]} takes firmware packages of RFC 4108 and no SUIT envelopes: run it by itself`,
  );
}

/** Throws BenchError `usage` where the command knows nothing but envelopes. */
export function demandEnvelopes(command: string, verifiers: readonly string[]): void {
  const one = verifiers.find((spec) => packageBuiltins.includes(spec));
  if (one === undefined) return;
  throw new BenchError(
    'usage',
    `${one} takes firmware packages of RFC 4108, and ${command} delivers SUIT envelopes; gauntlet run and bench know it`,
  );
}

/** Throws BenchError `usage` for options that are about envelopes. */
export function demandPackages({ valid, envelope, histories, pairs }: RunChoice): void {
  if (!valid && envelope === undefined && !histories && !pairs) return;
  throw new BenchError(
    'usage',
    '--valid, --envelope, --histories and --pairs are of SUIT envelopes: a verifier of firmware packages takes none',
  );
}

export function noteOnPackages(): string {
  return `firmware packages of RFC 4108: the ${packageAttacks.length} attacks that carry over; the other ${catalogue.length} of the catalogue are on SUIT envelopes, which are not claimed, and were not delivered`;
}
