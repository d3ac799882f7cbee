/**
 * Animals that check a part of what must be checked: the first of a list, one of several, the part that both have.
 *
 * @module
 */
import { equalBytes } from '../../cbor/hex.ts';
import { isInt, valueAt } from '../../cbor/item.ts';
import { defaultRules } from '../reference/rules.ts';
import type { Headers } from '../reference/rules-authentication.ts';
import { animal } from './animal.ts';

const { authorized, contentEquals, entitled, headersUnderstood, mayBeNil, uniqueKeys } = defaultRules;

const label = { alg: 1, crit: 2, kid: 4 } as const;

export const partialAnimals = [
  animal(
    'Z450',
    'understands-the-first-of-crit',
    'Of the labels that crit names only the first must be understood.',
    ['cose.hdr.crit'],
    { rules: { headersUnderstood: (headers) => headersUnderstood(firstOfCrit(headers)) } },
  ),
  animal(
    'Z451',
    'takes-crit-for-a-list-of-features',
    'A label that crit names must be understood, and need not be there.',
    ['cose.hdr.crit'],
    {
      rules: {
        headersUnderstood: (headers) =>
          headersUnderstood(namesOnlyKnown(headers) ? withoutCrit(headers) : headers),
      },
    },
  ),
  animal(
    'Z452',
    'takes-any-label',
    'A header may have labels that are neither integers nor texts.',
    ['cose.hdr.protected-shape'],
    { rules: { headerMap: (map) => uniqueKeys(map) } },
  ),
  animal(
    'Z453',
    'any-of-all-is-enough',
    'Where all authorities must sign, one of them is enough; where a number of them must, they are counted.',
    ['env.auth.threshold-strip'],
    {
      rules: {
        authorized: (anchors, policy, blocks, trusted) =>
          authorized(anchors, policy.kind === 'all' ? { kind: 'any' } : policy, blocks, trusted),
      },
    },
  ),
  animal(
    'Z454',
    'any-role-is-enough',
    'Where an author and a qualifier must sign, either of them is enough.',
    ['env.auth.threshold-strip'],
    {
      rules: {
        authorized: (anchors, policy, blocks, trusted) =>
          policy.kind === 'roles' && anchors.length > 0 ? true : authorized(anchors, policy, blocks, trusted),
      },
    },
  ),
  animal(
    'Z455',
    'lets-qualifiers-be-authors',
    'Who may only qualify what an author has made authenticates a manifest alone.',
    ['env.auth.no-anchor'],
    {
      rules: {
        entitled: (anchor, policy) =>
          entitled(anchor, policy) || (policy.kind === 'any' && anchor.roles.includes('qualifier')),
      },
    },
  ),
  animal(
    'Z456',
    'takes-nil-between-branches',
    'In a try-each nil may stand wherever a branch stands before it.',
    ['try.form'],
    { rules: { mayBeNil: (position, count) => position > 0 || mayBeNil(position, count) } },
  ),
  animal(
    'Z457',
    'compares-contents-padded',
    'Contents of different lengths are compared with zeros behind the shorter one, and their lengths are not.',
    ['content.prefix'],
    {
      rules: {
        contentEquals: (content, bytes) => {
          const { equal, steps } = contentEquals(content, bytes);
          return { equal: equal || equalBytes(padded(content, steps), padded(bytes, steps)), steps };
        },
      },
    },
  ),
  animal(
    'Z458',
    'matches-any-part-of-a-right',
    'An identifier is under a prefix if they have one part in common at the same place.',
    ['comp.id.boundary'],
    {
      rules: {
        isUnder: (prefix, identifier) =>
          prefix.length === 0 ||
          (prefix.length <= identifier.length &&
            prefix.some((part, i) => equalBytes(part, identifier[i] as Uint8Array))),
      },
    },
  ),
];

function withoutCrit(headers: Headers): Headers {
  const entries = headers.protected.entries.filter(([key]) => !isInt(key, label.crit));
  return { ...headers, protected: { ...headers.protected, entries } };
}

function firstOfCrit(headers: Headers): Headers {
  const entries = headers.protected.entries.map(([key, value]) =>
    isInt(key, label.crit) && value.kind === 'array'
      ? ([key, { ...value, items: value.items.slice(0, 1) }] as const)
      : ([key, value] as const),
  );
  return { ...headers, protected: { ...headers.protected, entries } };
}

function namesOnlyKnown(headers: Headers): boolean {
  const crit = valueAt(headers.protected, label.crit);
  const isKnown = (one: Parameters<typeof isInt>[0]) => isInt(one, label.alg) || isInt(one, label.kid);
  return crit?.kind === 'array' && crit.items.length > 0 && crit.items.every(isKnown);
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const longer = new Uint8Array(length);
  longer.set(bytes);
  return longer;
}
