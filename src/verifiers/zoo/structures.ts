/**
 * Animals that get structures of several signatures or recipients wrong, or hash-based signatures (RFC 9052 §4, §6;
 * RFC 8554).
 *
 * @module
 */
import { concat } from '../../cbor/hex.ts';
import { map } from '../../cbor/item.ts';
import { readHssKey } from '../../cose/hss-lms.ts';
import { sigStructure, structure } from '../../cose/structures.ts';
import { defaultRules } from '../reference/rules.ts';
import { animal } from './animal.ts';
import { forgiving } from './authority.ts';

const { authorized, entitled, macKey, toBeSigned, verify } = defaultRules;

export const structureAnimals = [
  animal(
    'Z343',
    'no-signature-is-a-good-one',
    'The loop over the signatures of a COSE_Sign starts from "verified" and has nothing to loop over.',
    ['cose.sign.empty'],
    {
      rules: {
        someOf: () => true,
        authorized: (anchors, policy, count, trusted) =>
          count === 0 || authorized(anchors, policy, count, trusted),
      },
    },
  ),
  animal(
    'Z344',
    'skips-macs-whose-key-it-cannot-get',
    'A COSE_Mac whose recipients it cannot be is passed over, and nothing is left to refuse.',
    ['cose.mac.anonymous'],
    { steps: forgiving('key-usage') },
  ),
  animal(
    'Z028',
    'signs-every-structure-as-signature1',
    'The context string is "Signature1" for COSE_Sign too, and its body is left out.',
    ['cose.context'],
    {
      rules: {
        toBeSigned: (block, digest) =>
          block.structure === 'sign'
            ? sigStructure('Signature1', block.protectedBytes, digest.content)
            : toBeSigned(block, digest),
      },
    },
  ),
  animal(
    'Z032',
    'takes-any-wrapping-key',
    'The key of a COSE_Mac may come from any wrapping key of the device, whatever that key is for.',
    ['cose.mac.kek-reuse'],
    { rules: { entitled: (anchor, policy) => anchor.key.alg === -3 || entitled(anchor, policy) } },
  ),
  animal(
    'Z340',
    'wants-one-recipient',
    'A COSE_Mac for several recipients is refused, though one of them is this device.',
    ['cose.mac.recipients'],
    {
      rules: {
        macKey: (crypto, recipient, count, anchor) =>
          count === 1 ? macKey(crypto, recipient, count, anchor) : 'auth-malformed',
      },
    },
  ),
  animal(
    'Z375',
    'takes-a-direct-key-beside-others',
    'A recipient that holds the key of the MAC itself need not be the only one.',
    ['cose.mac.recipient-form'],
    { rules: { macKey: (crypto, recipient, _count, anchor) => macKey(crypto, recipient, 1, anchor) } },
  ),
  animal(
    'Z376',
    'passes-over-what-a-recipient-carries',
    'Of the recipient of a MAC only its algorithm and key id are looked at, whatever else stands there.',
    ['cose.mac.recipient-form'],
    {
      rules: {
        macKey: (crypto, recipient, count, anchor) =>
          macKey(crypto, { ...recipient, hasRecipients: false, protected: map() }, count, anchor),
      },
    },
  ),
  animal(
    'Z377',
    'unwraps-with-any-key',
    'What else the key is bound to is not looked at before the key of a MAC is unwrapped with it.',
    ['cose.mac.kek-bound'],
    {
      rules: {
        macKey(crypto, recipient, count, anchor) {
          const { alg: _alg, keyOps: _keyOps, ...key } = anchor.key;
          return macKey(crypto, recipient, count, { ...anchor, key });
        },
      },
    },
  ),
  animal(
    'Z341',
    'authenticates-the-empty-map-as-sent',
    "An empty protected header sent as h'a0' is not authenticated as the empty string.",
    ['cose.hdr.protected-empty'],
    {
      rules: {
        toBeSigned: (block, digest) =>
          block.structure === 'sign'
            ? structure(
                'Signature',
                [block.bodyProtectedBytes ?? new Uint8Array(0), block.protectedBytes],
                undefined,
                digest.content,
              )
            : toBeSigned(block, digest),
      },
    },
  ),
  animal(
    'Z342',
    'takes-the-level-count-from-the-key',
    'The number of levels in an HSS/LMS signature is not compared with that of the key.',
    ['cose.hsslms.malformed'],
    {
      rules: {
        verify: (crypto, algorithm, key, message, signature) => {
          const levels = key.kty === 'HSS-LMS' ? (readHssKey(key.pub)?.levels ?? 1) : 0;
          const count = Uint8Array.of(0, 0, 0, levels - 1);
          const trusted = levels > 0 ? concat(count, signature.subarray(4)) : signature;
          return verify(crypto, algorithm, key, message, trusted);
        },
      },
    },
  ),
];
