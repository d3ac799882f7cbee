/**
 * Who signs a plan's release, whom its recipient trusts, and whom it does not.
 *
 * @module
 */

import type { Signer } from '../cose/blocks.ts';
import { type CoseKey, publicOf } from '../cose/key.ts';
import {
  authorEd25519,
  authorHmac,
  authorHss,
  authorP256,
  secondEd25519,
  secondHss,
  secondP256,
  strangerEd25519,
  strangerHmac,
  strangerHss,
  strangerP256,
} from '../cose/test-keys.ts';
import type { TrustAnchor } from '../device/recipient.ts';
import type { AuthenticationPlan } from './plan.ts';

/** The author, then the second authority where it signs too. */
export function signersOf(plan: AuthenticationPlan): readonly Signer[] {
  const author = signer(authors, plan.algorithm, plan);
  const second = secondSigner(plan);
  return plan.bothSign && second ? [author, second] : [author];
}

/** For each signer, a key of its kind that no planned recipient trusts. */
export function strangersOf(signers: readonly Signer[]): readonly Signer[] {
  return signers.map(({ kid: _theirs, ...rest }) => ({ ...rest, key: strangers[rest.key.kty] }));
}

export function anchorsOf(plan: AuthenticationPlan): readonly TrustAnchor[] {
  const author = anchor(signer(authors, plan.algorithm, plan));
  const second = secondSigner(plan);
  if (second === undefined) return [author];
  return plan.secondFirst ? [anchor(second), author] : [author, anchor(second)];
}

type KeyByKind = Readonly<Record<CoseKey['kty'], CoseKey>>;

const authors: KeyByKind = {
  EC2: authorP256,
  OKP: authorEd25519,
  'HSS-LMS': authorHss,
  Symmetric: authorHmac,
};

const strangers: KeyByKind = {
  EC2: strangerP256,
  OKP: strangerEd25519,
  'HSS-LMS': strangerHss,
  Symmetric: strangerHmac,
};

// The second authority never shares a secret with the recipient: an author who does could not be told from it.
const seconds: KeyByKind = {
  EC2: secondP256,
  OKP: secondEd25519,
  'HSS-LMS': secondHss,
  Symmetric: secondEd25519,
};

const ktyOf = { [-19]: 'OKP', [-8]: 'OKP', [-9]: 'EC2', [-7]: 'EC2', 5: 'Symmetric' } as const;

function signer(
  keys: KeyByKind,
  algorithm: AuthenticationPlan['algorithm'],
  plan: AuthenticationPlan,
): Signer {
  return {
    key: keys[ktyOf[algorithm]],
    algorithm,
    structure: algorithm === 5 ? 'mac0' : 'sign1',
    ...(plan.kid !== 'none' && { kidIn: plan.kid }),
  };
}

function secondSigner(plan: AuthenticationPlan): Signer | undefined {
  if (plan.second === 'none') return undefined;
  if (plan.algorithm === 5) return signer(seconds, -19, plan);
  if (plan.second === 'same-kind') return signer(seconds, plan.algorithm, plan);
  return signer(seconds, ktyOf[plan.algorithm] === 'OKP' ? -9 : -19, plan);
}

function anchor({ key, algorithm }: Signer): TrustAnchor {
  return {
    ...(key.kid && { kid: key.kid }),
    key: publicOf(key),
    algorithms: [algorithm],
    roles: ['author'],
  };
}
