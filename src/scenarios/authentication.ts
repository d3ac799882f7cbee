/**
 * Who signs a plan's release, whom its recipient trusts, and whom it does not.
 *
 * @module
 */

import { bstr, int } from '../cbor/item.ts';
import { recipientAlgorithms } from '../cose/algorithms.ts';
import type { Signer } from '../cose/blocks.ts';
import { type CoseKey, publicOf } from '../cose/key.ts';
import {
  authorEd25519,
  authorHmac,
  authorHss,
  authorKek,
  authorP256,
  secondEd25519,
  secondHss,
  secondP256,
  strangerEd25519,
  strangerHmac,
  strangerHss,
  strangerKek,
  strangerP256,
  thirdEd25519,
} from '../cose/test-keys.ts';
import type { AuthorityPolicy, TrustAnchor } from '../device/recipient.ts';
import { keptKey } from './keyring.ts';
import type { AuthenticationPlan } from './plan.ts';

/** The author, then the second authority where it signs too. */
export function signersOf(plan: AuthenticationPlan): readonly Signer[] {
  const second = secondSigner(plan);
  return plan.bothSign && second ? [author(plan), second] : [author(plan)];
}

/** For each signer, a key of its kind that no planned recipient trusts. */
export function strangersOf(signers: readonly Signer[]): readonly Signer[] {
  return signers.map(({ kid: _theirs, ...rest }) => ({
    ...rest,
    key: rest.wraps ? strangerKek : strangers[rest.key.kty],
  }));
}

export function anchorsOf(plan: AuthenticationPlan): readonly TrustAnchor[] {
  const second = secondSigner(plan);
  if (second === undefined) return [anchorOf(author(plan))];
  const two = [anchorOf(author(plan)), anchorOf(second, plan.policy === 'roles' ? 'qualifier' : 'author')];
  const ordered = plan.secondFirst ? two.toReversed() : two;
  return plan.policy === 'two-of-three' ? [...ordered, anchorOf(third)] : ordered;
}

export function policyOf({ policy }: AuthenticationPlan): AuthorityPolicy {
  switch (policy) {
    case 'any':
    case 'all':
      return { kind: policy };
    case 'two':
    case 'two-of-three':
      return { kind: 'at-least', count: 2 };
    case 'roles':
      return { kind: 'roles', roles: ['author', 'qualifier'] };
  }
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

const third: Signer = { key: thirdEd25519, algorithm: -19, structure: 'sign1' };

const ktyOf = {
  [-19]: 'OKP',
  [-8]: 'OKP',
  [-9]: 'EC2',
  [-7]: 'EC2',
  [-46]: 'HSS-LMS',
  5: 'Symmetric',
} as const;

/** Private use: https://www.iana.org/assignments/cose/cose.xhtml#header-parameters */
const unknownLabel = -70_001;

function author(plan: AuthenticationPlan): Signer {
  const own = plan.key === undefined ? undefined : keptKey(plan.key);
  const keys = own ? { ...authors, [own.kty]: own } : authors;
  const made = signer(keys, plan.algorithm, plan, plan.form === 'many');
  return plan.wraps ? { ...made, key: authorKek, wraps: true } : made;
}

function secondSigner(plan: AuthenticationPlan): Signer | undefined {
  if (plan.second === 'none') return undefined;
  const isMany = plan.form !== 'one';
  if (plan.algorithm === 5) return signer(seconds, -19, plan, isMany);
  if (plan.second === 'same-kind') return signer(seconds, plan.algorithm, plan, isMany);
  return signer(seconds, ktyOf[plan.algorithm] === 'OKP' ? -9 : -19, plan, isMany);
}

function signer(
  keys: KeyByKind,
  algorithm: AuthenticationPlan['algorithm'],
  plan: AuthenticationPlan,
  isMany: boolean,
): Signer {
  const [one, many] = algorithm === 5 ? (['mac0', 'mac'] as const) : (['sign1', 'sign'] as const);
  return {
    key: keys[ktyOf[algorithm]],
    algorithm,
    structure: isMany ? many : one,
    ...(plan.kid !== 'none' && { kidIn: plan.kid }),
    ...(plan.bodyFilled && isMany && { bodyFilled: true }),
    ...(plan.unknownLabel && { labels: [[int(unknownLabel), bstr(Uint8Array.of(1, 2, 3))]] }),
  };
}

/** The signer as the recipient knows it. */
export function anchorOf(
  { key, kid = key.kid, algorithm, wraps }: Signer,
  role: TrustAnchor['roles'][number] = 'author',
): TrustAnchor {
  return {
    ...(kid && { kid }),
    key: publicOf(key),
    algorithms: wraps ? [recipientAlgorithms.a128kw, algorithm] : [algorithm],
    roles: [role],
  };
}
