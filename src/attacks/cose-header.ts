/**
 * Attacks with the headers of an authentication block (RFC 9052 §3).
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import { array, bstr, int, map, tag, tstr, valueAt, wrapped } from '../cbor/item.ts';
import { headerLabels, headerMap } from '../cose/blocks.ts';
import { coseKeyItem } from '../cose/key-forms.ts';
import { setMember } from '../suit/edit.ts';
import type { Attack } from './attack.ts';
import { alterBlocks, remakeBlocks, withField } from './cose-change.ts';
import { eitherAnswer, mustAccept, mustReject, mustRejectUnauthentic, shouldReject } from './expectation.ts';

export const shared = {
  group: 'C',
  family: 'authentication',
  threats: [],
  violates: ['REQ.SEC.AUTHENTIC'],
} as const;
export const nonAuth = { ...shared, threats: ['THREAT.IMG.NON_AUTH'] } as const;
export const empty = new Uint8Array(0);

/** Names a key that nobody has. */
export const kidUnknown: Attack<number> = {
  ...shared,
  id: 'cose.kid.unknown',
  handle: 'C21',
  change: 'the unauthenticated kid is an unknown value',
  by: 'outsider',
  expects: [eitherAnswer(['key-unknown'], { doc: 'cose', section: '3.1' })],
  choice: fc.nat({ max: 64 }),
  apply: (scenario, length) =>
    alterBlocks(scenario, (block, { header, unprotected }) =>
      valueAt(header, headerLabels.kid)
        ? undefined
        : withField(
            block,
            1,
            setMember(unprotected, headerLabels.kid, bstr(new Uint8Array(length).fill(0xee))),
          ),
    ),
};

/** Signs with the attacker's key under a trusted kid. */
export const kidSpoof: Attack<boolean> = {
  ...nonAuth,
  id: 'cose.kid.spoof',
  handle: 'C23',
  change: "the attacker's key under a trusted kid",
  by: 'untrusted-key',
  expects: [mustRejectUnauthentic(['sig-invalid'], { doc: 'manifest', section: '6.2' })],
  choice: fc.boolean(),
  apply(scenario, isProtected) {
    const signers = scenario.strangers.flatMap((signer) => {
      const kid = scenario.recipient.anchors.find(
        (a) => a.algorithms.includes(signer.algorithm) && a.kid,
      )?.kid;
      const kidIn = isProtected ? ('protected' as const) : ('unprotected' as const);
      return kid && !equalBytes(kid, signer.key.kid ?? empty) ? [{ ...signer, kid, kidIn }] : [];
    });
    return remakeBlocks(scenario, signers, () => ({}));
  },
};

const duplicate = mustReject(['cbor-invalid', 'auth-malformed'], { doc: 'cose', section: '3' });
const duplicateOutside = mustRejectUnauthentic(['cbor-invalid', 'auth-malformed'], {
  doc: 'cose',
  section: '3',
});

/** Repeats a label in one header map. */
export const headerDuplicate: Attack<boolean> = {
  ...shared,
  id: 'cose.hdr.dup',
  handle: 'C25',
  change: 'a label stands twice in one header map',
  by: ['outsider', 'author'],
  expects: [duplicateOutside, duplicate],
  choice: fc.boolean(),
  apply(scenario, isProtected) {
    if (isProtected) {
      const twice = (entries: ReturnType<typeof headerMap>['entries']) =>
        map(...entries, ...entries.slice(0, 1));
      const made = (signer: Parameters<typeof headerMap>[0]) => ({
        protected: twice(headerMap(signer).entries),
      });
      return remakeBlocks(scenario, scenario.signers, made, { expect: duplicate });
    }
    const double = [[int(-70000), int(0)] as const, [int(-70000), int(1)] as const];
    return alterBlocks(scenario, (b, { unprotected: u }) =>
      withField(b, 1, { ...u, entries: [...u.entries, ...double] }),
    );
  },
};

const notMap = mustReject(['auth-malformed'], { doc: 'cose', section: '3' });
const extra = shouldReject(['auth-malformed'], { doc: 'cose', section: '3' });

/** Puts something else than a map into the protected header, or more than one. */
export const protectedShape: Attack<number> = {
  ...shared,
  id: 'cose.hdr.protected-shape',
  handle: 'C28',
  change:
    'protected header no map or with an item behind it, or the unprotected one an array or with a label that is none',
  by: ['author', 'outsider'],
  expects: [notMap, extra],
  choice: fc.nat({ max: 4 }),
  apply(scenario, form) {
    if (form === 4)
      return alterBlocks(
        scenario,
        (block, { unprotected: u }) =>
          withField(block, 1, { ...u, entries: [...u.entries, [bstr(new Uint8Array(1)), int(0)]] }),
        { expect: extra },
      );
    if (form === 3) return alterBlocks(scenario, (block) => withField(block, 1, array()), { expect: extra });
    return remakeBlocks(
      scenario,
      scenario.signers,
      (s) => ({
        protected:
          [wrapped(array()), wrapped(int(s.algorithm)), wrapped(headerMap(s), int(0))][form] ?? array(),
      }),
      { expect: form === 2 ? extra : notMap },
    );
  },
};

/** Adds a label that must be ignored. */
export const unknownUnprotected: Attack<number> = {
  ...shared,
  id: 'cose.hdr.unknown-unprotected',
  handle: 'C30',
  change: 'an unknown label in the unprotected header',
  by: 'outsider',
  expects: [mustAccept({ doc: 'cose', section: '3.1' })],
  choice: fc.nat({ max: 64 }),
  apply: (scenario, size) =>
    alterBlocks(scenario, (b, { unprotected }) =>
      withField(b, 1, setMember(unprotected, -70000 - size, bstr(new Uint8Array(size)))),
    ),
};

const embedded = mustRejectUnauthentic(
  ['key-unknown'],
  { doc: 'manifest', section: '6.2' },
  { prohibits: [{ kind: 'fetch' }] },
);

/** Ships the attacker's key with the attacker's signature. */
export const embeddedKey: Attack<number> = {
  ...nonAuth,
  threats: ['THREAT.IMG.NON_AUTH', 'THREAT.KEY.EXPOSURE'],
  id: 'cose.hdr.embedded-key',
  handle: 'C31',
  change: 'attacker signs and ships a COSE_Key or the address of a certificate',
  by: 'untrusted-key',
  expects: [embedded],
  choice: fc.nat({ max: 1 }),
  apply: (scenario, form) =>
    remakeBlocks(scenario, scenario.strangers, ({ key }) => ({
      unprotected: form
        ? map([int(35), tag(32, tstr('https://attacker.example/key.cer'))])
        : map([int(14), map([int(8), map([int(1), coseKeyItem(key)])])]),
    })),
};
