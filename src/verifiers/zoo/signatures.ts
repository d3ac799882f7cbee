/**
 * Animals that get signatures, MACs and COSE headers wrong (draft §8.3, RFC 9052, RFC 9053).
 *
 * @module
 */
import { concat, equalBytes } from '../../cbor/hex.ts';
import { int, isInt, valueAt } from '../../cbor/item.ts';
import { algorithmById } from '../../cose/algorithms.ts';
import { curves } from '../../cose/curves.ts';
import type { CoseKey } from '../../cose/key.ts';
import { nodeCrypto, nodeVerifyByKey } from '../../cose/node-crypto.ts';
import { isMacStructure } from '../../cose/structures.ts';
import { defaultRules } from '../reference/rules.ts';
import { animal } from './animal.ts';

const { toBeSigned, verify, selectAnchors, algorithmFits, headersUnderstood, detached } = defaultRules;

/** The usual signature is as long as two scalars. */
function isFixedLength(key: CoseKey, signature: Uint8Array): boolean {
  return !('crv' in key) || signature.length === 2 * curves[key.crv].bytes;
}

function integerOf(bytes: Uint8Array): bigint {
  return bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

/** r and s of a DER signature, as two scalars; the lengths are one byte each on P-256. */
function fromDer(signature: Uint8Array): Uint8Array {
  const rLength = signature[3] ?? 0;
  const scalars = [signature.subarray(4, 4 + rLength), signature.subarray(6 + rLength)];
  const fixed = new Uint8Array(64);
  for (const [i, scalar] of scalars.entries()) {
    const shortest = scalar[0] === 0 ? scalar.subarray(1) : scalar;
    if (shortest.length <= 32) fixed.set(shortest, 32 * (i + 1) - shortest.length);
  }
  return fixed;
}

function publicBytes(key: CoseKey): Uint8Array {
  switch (key.kty) {
    case 'Symmetric':
      return key.k;
    case 'HSS-LMS':
      return key.pub;
    case 'EC2':
      return concat(key.x, key.y);
    case 'OKP':
      return key.x;
  }
}

export const signatureAnimals = [
  animal(
    'Z153',
    'verifies-and-ignores-the-result',
    'The signature is verified and the result is not used.',
    [
      'cose.sig.flip',
      'cose.kid.spoof',
      'digest.recomputed',
      'cose.context',
      'cose.external-aad',
      'replay.retired-key',
      'res.sig.cost',
    ],
    { rules: { counts: () => true } },
  ),
  animal(
    'Z002',
    'counts-errors-as-success',
    'A verification that ends in an error counts as one that succeeded.',
    ['cose.sig.length'],
    {
      rules: {
        counts: (result) => result !== 'invalid',
        verify: (crypto, algorithm, key, message, signature) =>
          isFixedLength(key, signature) ? verify(crypto, algorithm, key, message, signature) : 'error',
      },
    },
  ),
  animal(
    'Z029',
    'accepts-zero-signatures',
    'The range of r and s is not checked: a signature of zeros verifies.',
    ['cose.sig.degenerate'],
    {
      rules: {
        verify: (crypto, algorithm, key, message, signature) =>
          key.kty !== 'Symmetric' && signature.length > 0 && signature.every((byte) => byte === 0)
            ? 'valid'
            : verify(crypto, algorithm, key, message, signature),
      },
    },
  ),
  animal(
    'Z030',
    'refuses-high-s',
    'ECDSA signatures whose s is in the upper half are refused, though they are valid.',
    ['cose.sig.high-s'],
    {
      rules: {
        verify: (crypto, algorithm, key, message, signature) => {
          const isHigh =
            key.kty === 'EC2' &&
            integerOf(signature.subarray(signature.length / 2)) > curves[key.crv].order / 2n;
          return isHigh ? 'invalid' : verify(crypto, algorithm, key, message, signature);
        },
      },
    },
  ),
  animal(
    'Z031',
    'accepts-der-signatures',
    'ECDSA signatures in DER are accepted beside those of fixed length.',
    ['cose.sig.length'],
    {
      rules: {
        verify: (crypto, algorithm, key, message, signature) => {
          const isDer = key.kty === 'EC2' && signature.length !== 64 && signature[0] === 0x30;
          return verify(crypto, algorithm, key, message, isDer ? fromDer(signature) : signature);
        },
      },
    },
  ),
  animal(
    'Z011',
    'verifies-the-attached-payload',
    'Where a block carries a payload, that payload is verified in place of the digest.',
    ['cose.payload.foreign', 'cose.payload.attached', 'cose.payload.empty'],
    {
      rules: {
        detached: (payload) => payload?.kind === 'bstr' || detached(payload),
        toBeSigned: (block, digest) => {
          const { payload } = block;
          return toBeSigned(block, payload.kind === 'bstr' ? { ...digest, content: payload.bytes } : digest);
        },
      },
    },
  ),
  animal(
    'Z159',
    'takes-the-context-from-the-algorithm',
    "The structure that is verified follows the algorithm; the block's own tag is ignored.",
    ['cose.retag'],
    {
      rules: {
        algorithmFits: (algorithm, anchor) => algorithmFits(algorithm, anchor, structureOf(algorithm)),
        toBeSigned: (block, digest) => {
          const named = valueAt(block.protected, 1);
          const algorithm = named?.kind === 'uint' || named?.kind === 'nint' ? Number(named.value) : 0;
          return toBeSigned({ ...block, structure: structureOf(algorithm) }, digest);
        },
      },
    },
  ),
  animal(
    'Z019',
    'reads-the-algorithm-unprotected-first',
    'The algorithm is taken from the unprotected header before the protected one.',
    ['cose.alg.unprotected-only'],
    {
      rules: {
        headersUnderstood: () => true,
        algorithm: (headers) => valueAt(headers.unprotected, 1) ?? valueAt(headers.protected, 1),
      },
    },
  ),
  animal(
    'Z020',
    'never-compares-algorithm-and-key',
    "The algorithm is not compared with the key's type, nor with what the anchor allows.",
    ['cose.alg.key-type', 'cose.alg.key-bound', 'downgrade.alg.profile'],
    {
      rules: {
        algorithmFits: (_algorithm, anchor, structure) =>
          (anchor.key.kty === 'Symmetric') === isMacStructure(structure) ? true : 'key-usage',
        verify: (_crypto, _algorithm, key, message, signature) => nodeVerifyByKey(key, message, signature),
      },
    },
  ),
  animal(
    'Z021',
    'keys-hmac-with-public-keys',
    'A public key serves as the secret of an HMAC.',
    ['cose.alg.hmac-with-public'],
    {
      rules: {
        algorithmFits: (algorithm, anchor, structure) =>
          algorithm === 5 && structure === 'mac0' ? true : algorithmFits(algorithm, anchor, structure),
        verify: (crypto, algorithm, key, message, signature) => {
          if (algorithm !== 5) return verify(crypto, algorithm, key, message, signature);
          return verify(crypto, 5, { kty: 'Symmetric', k: publicBytes(key) }, message, signature);
        },
      },
    },
  ),
  animal(
    'Z022',
    'compares-macs-over-the-received-length',
    'A MAC is compared over as many bytes as were received.',
    ['cose.alg.short-mac'],
    {
      rules: {
        verify: (crypto, algorithm, key, message, signature) => {
          if (key.kty !== 'Symmetric') return verify(crypto, algorithm, key, message, signature);
          const tag = nodeCrypto.mac(key, message).subarray(0, signature.length);
          return equalBytes(tag, signature) ? 'valid' : 'invalid';
        },
      },
    },
  ),
  animal(
    'Z023',
    'takes-rights-from-the-kid',
    'The rights are those of the key that the block names, not of the key that verified it.',
    ['env.auth.threshold-dup'],
    { rules: { rights: (headers, verifiedBy, anchors) => selectAnchors(headers, anchors)[0] ?? verifiedBy } },
  ),
  animal(
    'Z024',
    'tries-one-anchor-for-a-kid',
    'Of several anchors that share a kid only the first is tried.',
    ['cose.kid.shared'],
    {
      rules: {
        selectAnchors: (headers, anchors) => {
          const hasKid = [headers.protected, headers.unprotected].some(
            (map) => valueAt(map, 4) !== undefined,
          );
          return hasKid ? selectAnchors(headers, anchors).slice(0, 1) : anchors;
        },
      },
    },
  ),
  animal('Z026', 'ignores-crit', 'Critical headers that are not understood are ignored.', ['cose.hdr.crit'], {
    rules: { headersUnderstood: () => true },
  }),
  animal('Z027', 'allows-duplicate-labels', 'A label may stand twice in a header map.', ['cose.hdr.dup'], {
    rules: { headerMap: () => true },
  }),
  animal(
    'Z150',
    'refuses-unknown-headers',
    'A header that is not known is refused even where nothing makes it critical.',
    ['cose.hdr.unknown-unprotected'],
    {
      rules: {
        headersUnderstood: (headers) => {
          const known = [1, 2, 4].map(int);
          const isKnown = headers.unprotected.entries.every(([key]) =>
            known.some((label) => isInt(key, label.value)),
          );
          return isKnown ? headersUnderstood(headers) : 'cose-unsupported';
        },
      },
    },
  ),
];

function structureOf(algorithm: number): 'sign1' | 'mac0' {
  return algorithmById(algorithm)?.kind === 'mac' ? 'mac0' : 'sign1';
}
