/**
 * An animal of the zoo: the reference verifier with one rule, step or port replaced.
 *
 * @module
 */
import type { Crypto } from '../../cose/crypto.ts';
import { createVerifier, type VerifierOptions } from '../reference/reference.ts';
import type { Verifier } from '../verifier.ts';

export interface Animal {
  readonly id: string;
  readonly name: string;
  /** What is wrong with it, in one sentence. */
  readonly defect: string;
  /** The catalogue's handle, for example "Z048". */
  readonly handle: string;
  /** Ids of the attacks that must expose it: by a failed expectation, or where the text allows no more, a weakness. */
  readonly exposedBy: readonly string[];
  /** `crypto`: in place of the usual, where the animal has none of its own. */
  readonly create: (crypto?: Crypto) => Verifier;
}

/** An animal whose defect is in what these options replace. */
export function animal(
  handle: string,
  id: string,
  defect: string,
  exposedBy: readonly string[],
  options: Omit<VerifierOptions, 'name'>,
): Animal {
  return {
    id,
    name: id.replaceAll('-', ' '),
    defect,
    handle,
    exposedBy,
    create: (crypto) =>
      createVerifier({
        ...options,
        ...(crypto && { ports: { crypto, ...options.ports } }),
        name: `zoo:${id}`,
      }),
  };
}
