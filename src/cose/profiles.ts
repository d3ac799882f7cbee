/**
 * The algorithm profiles of draft-ietf-suit-mti §3 and §5: what a recipient that implements one can do.
 *
 * @module
 */

export interface AlgorithmProfile {
  readonly name: string;
  /** COSE algorithm ids, as in the profile's descriptor array. */
  readonly digest: number;
  readonly authentication: number;
  /** For encrypted payloads, which the bench does not cover yet: here as data only. */
  readonly keyExchange: number;
  readonly encryption: number;
}

export const algorithmProfiles: readonly AlgorithmProfile[] = [
  profile('suit-sha256-hmac-a128kw-a128ctr', [-16, 5, -3, -65534]),
  profile('suit-sha256-esp256-ecdh-a128ctr', [-16, -9, -29, -65534]),
  profile('suit-sha256-ed25519-ecdh-a128ctr', [-16, -19, -29, -65534]),
  profile('suit-sha256-esp256-ecdh-a128gcm', [-16, -9, -29, 1]),
  profile('suit-sha256-ed25519-ecdh-chacha-poly', [-16, -19, -29, 24]),
  profile('suit-sha256-hsslms-a256kw-a256ctr', [-16, -46, -5, -65532]),
];

export function profileByName(name: string): AlgorithmProfile | undefined {
  return algorithmProfiles.find((one) => one.name === name);
}

function profile(
  name: string,
  [digest, authentication, keyExchange, encryption]: readonly [number, number, number, number],
): AlgorithmProfile {
  return { name, digest, authentication, keyExchange, encryption };
}
