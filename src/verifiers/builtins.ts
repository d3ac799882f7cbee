/**
 * The verifiers that come with the package, by name. Each is loaded only when it is asked for.
 *
 * @module
 */
import type { DeviceProfile } from '../device/classes.ts';
import { panel } from './library/panel.ts';
import type { Verifier } from './verifier.ts';

/** Trusted to end: run in a worker thread. */
export const workerBuiltins = ['reference', 'bounded'] as const;

/** Those whose ceiling is their own arena. */
export const countedBuiltins: readonly string[] = ['bounded'];

/** Those that take firmware packages of RFC 4108, and no envelopes. */
export const packageBuiltins: readonly string[] = ['library:cms'];

const makers: Readonly<Record<string, (profile?: DeviceProfile) => Promise<Verifier>>> = {
  reference: async () => (await import('./reference/reference.ts')).referenceVerifier(),
  bounded: async (profile) =>
    (await import('./bounded/bounded.ts')).boundedVerifier(
      profile && { arenaBytes: profile.verifierBytes, maxEnvelopeBytes: profile.envelopeBytes },
    ),
  'library:cbor-x': async () => (await import('./library/cbor-x.ts')).cborXVerifier(),
  ...panel,
  'library:cose-kit': async () => (await import('./library/cose-kit.ts')).coseKitVerifier(),
  'library:auth0-cose': async () => (await import('./library/auth0-cose.ts')).auth0CoseVerifier(),
  'library:cms': async () => (await import('./library/cms-verifier.ts')).cmsVerifier(),
};

/** A new verifier of that name; undefined: there is none. Only `countedBuiltins` heed the profile. */
export async function createBuiltin(name: string, profile?: DeviceProfile): Promise<Verifier | undefined> {
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (make !== undefined) return make(profile);
  if (!name.startsWith('zoo:')) return undefined;
  const { everyAnimal } = await import('./zoo/zoo.ts');
  return everyAnimal.find((animal) => `zoo:${animal.id}` === name)?.create();
}

/** Every name, the zoo's last. */
export async function builtinNames(): Promise<readonly string[]> {
  const { everyAnimal } = await import('./zoo/zoo.ts');
  return [...Object.keys(makers), ...everyAnimal.map((animal) => `zoo:${animal.id}`)];
}
