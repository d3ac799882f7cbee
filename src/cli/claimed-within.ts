/**
 * What the verifiers of a run claim, before its cases are planned.
 *
 * @module
 */
import { type Within, withinClaims } from '../scenarios/within.ts';
import { type HostChoices, openOne } from './open-verifiers.ts';

/** Undefined: enough for scenarios of all kinds. Each is started for its hello, and ended. */
export async function claimedWithin(
  specs: readonly string[],
  options: HostChoices,
): Promise<Within | undefined> {
  if (specs.some((spec) => isBuiltin(spec, options))) return undefined;
  const claims: Within[] = [];
  for (const spec of new Set(specs)) {
    const host = await openOne(spec, options);
    claims.push({ ...host.claims, untold: host.untold ?? [] });
    await host.close();
  }
  return withinClaims(claims);
}

/** They claim what the bench has. */
function isBuiltin(spec: string, { config }: HostChoices): boolean {
  const isNamed = config?.entries.some(({ name }) => name === spec) ?? false;
  return !isNamed && !/^(command|process|module|wasm):/.test(spec);
}
