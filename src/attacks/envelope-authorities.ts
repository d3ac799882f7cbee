/**
 * Attacks on policies that ask for several authorities (RFC 9124 §4.3.11).
 *
 * @module
 */
import fc from 'fast-check';
import type { Item } from '../cbor/item.ts';
import { makeBlock, type Signer } from '../cose/blocks.ts';
import { publicOf, sameKey } from '../cose/key.ts';
import type { AuthorityPolicy, TrustAnchor } from '../device/recipient.ts';
import { before, type Run, type Scenario, step } from '../scenarios/scenario.ts';
import { type Clause, manifest } from '../suit/clause.ts';
import { type EnvelopeParts, encode, signedBytes } from '../suit/parts.ts';
import type { Attack, Attacked } from './attack.ts';
import { alter, attacked, defaultEvent } from './deliver.ts';
import { all, mustAccept, mustReject, mustRejectUnauthentic } from './expectation.ts';

const rights: Clause = { doc: 'information-model', section: '4.3.11' };
/** Policies that both of two signers are needed for, and no one else. */
const policies = {
  two: { kind: 'at-least', count: 2 },
  all: { kind: 'all' },
  roles: { kind: 'roles', roles: ['author', 'qualifier'] },
} as const satisfies Readonly<Record<string, AuthorityPolicy>>;

/** Both runs on a recipient that wants two authorities; the control has the signatures of both. */
function onTwoAuthorities(
  scenario: Scenario,
  change: (parts: EnvelopeParts) => EnvelopeParts,
  policy: keyof typeof policies = 'two',
): Attacked | undefined {
  const found = before(scenario, defaultEvent(scenario));
  const isByTwo = scenario.signers.length === 2 && scenario.release.blocks.length === 2;
  if (found === undefined || !isByTwo) return undefined;
  const anchors = found.recipient.anchors.flatMap((anchor) => wanted(anchor, policy, scenario.signers));
  const recipient = { ...found.recipient, anchors, policy: policies[policy] };
  const delivery = { ...found.delivery.delivery, envelope: encode(change(scenario.release)) };
  const control: Run = { recipient, steps: [step(found.delivery)] };
  return attacked(control, { recipient, steps: [{ ...step(found.delivery, 'judged'), delivery }] });
}

/** Of the anchor nothing, where it is no signer's and all that there are must sign; its role, where roles must. */
function wanted(
  anchor: TrustAnchor,
  policy: keyof typeof policies,
  signers: readonly Signer[],
): readonly TrustAnchor[] {
  if (policy === 'two') return [anchor];
  const place = signers.findIndex(({ key }) => sameKey(publicOf(key), anchor.key));
  if (place < 0) return [];
  return policy === 'all' ? [anchor] : [{ ...anchor, roles: [place === 0 ? 'author' : 'qualifier'] }];
}

const others = { sign1: 'sign', sign: 'sign1', mac0: 'mac', mac: 'mac0' } as const;

type SecondForm = 'other-header' | 'other-kid' | 'other-structure';

/** One authority signs twice where two authorities are wanted. */
export const signTwice: Attack<{ which: number; form: SecondForm }> = {
  id: 'env.auth.threshold-dup',
  handle: 'B06',
  group: 'B',
  family: 'malformed',
  change: 'policy wants two authorities; one signs twice (new nonce, other kid, Sign1+Sign)',
  by: 'lesser-rights',
  threats: ['THREAT.UPD.UNAPPROVED'],
  violates: ['REQ.SEC.RIGHTS', 'REQ.USE.MFST.MULTI_AUTH'],
  expects: all(mustReject(['threshold-unmet'], rights)),
  on: { features: ['both-sign'] },
  choice: fc.record({
    which: fc.nat({ max: 1 }),
    form: fc.constantFrom<SecondForm>('other-header', 'other-kid', 'other-structure'),
  }),

  apply(scenario, { which, form }) {
    const one = scenario.signers[which % 2];
    const other = scenario.signers[(which + 1) % 2];
    if (one === undefined || other === undefined) return undefined;
    return onTwoAuthorities(scenario, (parts) => {
      const signed = signedBytes(parts);
      return { ...parts, blocks: [makeBlock(one, signed), secondBlock(form, one, other, signed)] };
    });
  },
};

function secondBlock(form: SecondForm, one: Signer, other: Signer, signed: Uint8Array): Item {
  switch (form) {
    case 'other-header':
      // Our signatures are deterministic: a kid in the protected header, or none, makes another signature.
      return makeBlock(withKidIn(one, one.kidIn === 'protected' ? undefined : 'protected'), signed);
    case 'other-kid': {
      const kid = other.kid ?? other.key.kid;
      return makeBlock({ ...one, kidIn: 'unprotected', ...(kid && { kid }) }, signed);
    }
    case 'other-structure':
      return makeBlock({ ...one, structure: others[one.structure] }, signed);
  }
}

function withKidIn({ kidIn: _old, ...signer }: Signer, kidIn: Signer['kidIn']): Signer {
  return kidIn === undefined ? signer : { ...signer, kidIn };
}

/** One of two signatures is taken away where two authorities are wanted. */
export const stripAuthority: Attack<{ which: number; policy?: keyof typeof policies }> = {
  id: 'env.auth.threshold-strip',
  handle: 'B07',
  group: 'B',
  family: 'malformed',
  change: 'policy wants author + qualifier; drop one',
  by: 'outsider',
  threats: ['THREAT.UPD.UNAPPROVED'],
  violates: ['REQ.SEC.RIGHTS', 'REQ.USE.MFST.MULTI_AUTH'],
  expects: all(mustRejectUnauthentic(['threshold-unmet'], rights)),
  on: { features: ['both-sign'] },
  choice: fc.record({
    which: fc.nat({ max: 1 }),
    policy: fc.constantFrom<(keyof typeof policies)[]>('two', 'all', 'roles'),
  }),

  apply(scenario, { which, policy }) {
    return onTwoAuthorities(scenario, (parts) => withoutBlock(parts, which), policy);
  },
};

function withoutBlock(parts: EnvelopeParts, which: number): EnvelopeParts {
  return { ...parts, blocks: parts.blocks.toSpliced(which % parts.blocks.length, 1) };
}

/** One of two good signatures is taken away where either is enough. */
export const stripRedundant: Attack<{ which: number }> = {
  id: 'env.auth.strip-redundant',
  handle: 'B09',
  group: 'B',
  family: 'malformed',
  change: 'two good blocks, policy wants one, drop either',
  by: 'outsider',
  threats: [],
  violates: ['REQ.USE.MFST.MULTI_AUTH'],
  expects: all(mustAccept(manifest('C.1'))),
  on: { features: ['both-sign'] },
  choice: fc.record({ which: fc.nat({ max: 1 }) }),

  apply(scenario, { which }) {
    const isRedundant = scenario.release.blocks.length >= 2 && scenario.recipient.policy.kind === 'any';
    return isRedundant ? alter(scenario, (parts) => withoutBlock(parts, which)) : undefined;
  },
};
