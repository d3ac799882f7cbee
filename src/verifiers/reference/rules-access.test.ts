import { describe, expect, it } from 'vitest';
import type { Right, TrustAnchor } from '../../device/recipient.ts';
import { anchorOf, author } from './fixtures/trial.ts';
import { accessRules } from './rules-access.ts';

const { coversSet, granted, isUnder, mayUse } = accessRules;

const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)];
const onA: Right = { prefix: [a] };
const onB: Right = { prefix: [b] };
const signer = (roles: TrustAnchor['roles'], rights?: readonly Right[]): TrustAnchor => ({
  ...anchorOf(author, roles),
  ...(rights && { rights }),
});

describe('the rights of those who signed', () => {
  it('are those of the author, whoever qualifies it', () => {
    expect(granted([signer(['author'], [onA]), signer(['qualifier'])], [])).toEqual([onA]);
    expect(granted([signer(['author'], [onA]), signer(['qualifier'], [onB])], [])).toEqual([onA]);
  });

  it('are those of all authors together', () => {
    expect(granted([signer(['author'], [onA]), signer(['author'], [onB])], [])).toEqual([onA, onB]);
  });

  it('are everything where one of the authors may do everything', () => {
    expect(granted([signer(['author'], [onA]), signer(['author'])], [])).toBeUndefined();
  });

  it('are those of the signers where none of them is an author', () => {
    expect(granted([signer(['qualifier'], [onB])], [])).toEqual([onB]);
  });
});

describe('a prefix', () => {
  it.each([
    ['nothing', [], [a], true],
    ['the first part', [a], [a, b], true],
    ['the whole', [a, b], [a, b], true],
    ['another second part', [a, b], [a, a], false],
    ['more parts than there are', [a, b], [a], false],
  ])('of %s', (_what, prefix, identifier, expected) => {
    expect(isUnder(prefix, identifier)).toBe(expected);
  });
});

describe('what may be used', () => {
  const all: Right = onA;
  const some: Right = { prefix: [a], commands: [21], parameters: [3] };

  it.each([
    ['a command without a right', [], 'command', 21, 'acl-component'],
    ['a command that no right lists', [some], 'command', 22, 'acl-command'],
    ['a command that one right of two lists', [{ ...some, commands: [] }, some], 'command', 21, true],
    ['a command where no commands are listed', [all], 'command', 22, true],
    ['a parameter outside of all rights', [], 'parameter', 3, true],
    ['a parameter that no right lists', [some], 'parameter', 4, 'acl-parameter'],
    ['a parameter that one right of two lists', [{ ...some, parameters: [] }, some], 'parameter', 3, true],
    ['a parameter where none are listed', [all], 'parameter', 4, true],
  ] as const)('%s', (_what, there, of, code, expected) => {
    expect(mayUse(there, { of, code })).toBe(expected);
  });
});

describe('a set of components', () => {
  it.each([
    ['none of it', [], true],
    ['a part of it', [1], 'component-set'],
    ['all of it', [1, 2], true],
  ] as const)('is specified by an update with %s', (_what, specified, expected) => {
    expect(coversSet(new Set([7, ...specified]), [1, 2])).toBe(expected);
  });
});
