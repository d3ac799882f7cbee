/**
 * Attacks on signatures, tags, kid and header shape of COSE_Sign1 and COSE_Mac0 (RFC 9052 §3, §4, §6).
 *
 * @module
 */
import fc from 'fast-check';
import { toHex } from '../cbor/hex.ts';
import { bstr, tstr } from '../cbor/item.ts';
import { setMember } from '../suit/edit.ts';
import { digestAlgorithm, manifestDigest, signedBytes } from '../suit/parts.ts';
import { manifestKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { algorithmOf, alterBlocks, alterWholeBlocks, remakeBlocks, withField } from './cose-change.ts';
import {
  embeddedKey,
  empty,
  headerDuplicate,
  kidSpoof,
  kidUnknown,
  nonAuth,
  protectedShape,
  shared,
  unknownUnprotected,
} from './cose-header.ts';
import { alter } from './deliver.ts';
import { mustAccept, mustReject, mustRejectUnauthentic, shouldReject } from './expectation.ts';

const some = fc.nat({ max: 4095 });

/** Flips one bit of every signature or tag. */
export const signatureFlip: Attack<number> = {
  ...nonAuth,
  id: 'cose.sig.flip',
  handle: 'C01',
  change: 'flip a bit in every signature or tag',
  by: 'outsider',
  expects: [mustRejectUnauthentic(['sig-invalid'], { doc: 'cose', section: '4.4' })],
  choice: some,
  apply: (scenario, bit) =>
    alterBlocks(scenario, (block, { signature }) => {
      const at = bit % (signature.length * 8 || 1);
      return signature.length === 0
        ? undefined
        : withField(block, 3, bstr(signature.map((b, i) => (i === at >> 3 ? b ^ (1 << (at & 7)) : b))));
    }),
};

/** Gives every signature another length. */
export const signatureLength: Attack<number> = {
  ...nonAuth,
  id: 'cose.sig.length',
  handle: 'C02',
  change: 'signature emptied, cut or padded by a byte, or its halves in DER',
  by: 'outsider',
  expects: [mustRejectUnauthentic(['sig-invalid'], { doc: 'cose-algorithms', section: '2.1' })],
  on: { features: ['sign1-any'] },
  choice: fc.nat({ max: 3 }),
  apply(scenario, form) {
    // Only the halves of ECDSA are two integers.
    if (form === 3 && !scenario.signers.every(({ key }) => key.kty === 'EC2')) return undefined;
    return alterBlocks(scenario, (block, { signature: s }) =>
      withField(
        block,
        3,
        bstr([empty, s.subarray(0, -1), Uint8Array.from([...s, 0]), derOf(s)][form % 4] ?? empty),
      ),
    );
  },
};

/** The two halves as a DER sequence of two integers, as other formats have ECDSA signatures. */
function derOf(signature: Uint8Array): Uint8Array {
  const half = signature.length >> 1;
  const integers = [signature.subarray(0, half), signature.subarray(half)].flatMap((scalar) => {
    const first = scalar.findIndex((byte) => byte !== 0);
    const shortest = [...scalar.subarray(first === -1 ? scalar.length - 1 : first)];
    const content = (shortest[0] ?? 0) > 0x7f ? [0, ...shortest] : shortest;
    return [0x02, content.length, ...content];
  });
  const head = integers.length > 0x7f ? [0x30, 0x81, integers.length] : [0x30, integers.length];
  return Uint8Array.of(...head, ...integers);
}

const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const bytes32 = (v: bigint) =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((v >> BigInt(8 * (31 - i))) & 255n));
const number = (b: Uint8Array) => BigInt(`0x${toHex(b)}`);

/** Replaces every signature by one with values out of range. */
export const signatureDegenerate: Attack<number> = {
  ...nonAuth,
  id: 'cose.sig.degenerate',
  handle: 'C03',
  change: 'all bytes zero; ECDSA with r and s 0 or n; Ed25519 with S + L',
  by: 'outsider',
  expects: [mustRejectUnauthentic(['sig-invalid'], { doc: 'cose-algorithms', section: '2.1' })],
  on: { features: ['sign1'] },
  choice: fc.nat({ max: 3 }),
  apply: (scenario, form) =>
    alterBlocks(scenario, (block, fields) => {
      const alg = algorithmOf(fields);
      if (fields.signature.length !== 64) return undefined;
      if (alg === -7 || alg === -9)
        return withField(
          block,
          3,
          bstr(Uint8Array.from([...bytes32(form & 1 ? n : 0n), ...bytes32(form & 2 ? n : 0n)])),
        );
      if (form % 2 === 0) return withField(block, 3, bstr(new Uint8Array(64)));
      const order = 2n ** 252n + 27742317777372353535851937790883648493n;
      const s = bytes32(number(fields.signature.slice(32).reverse()) + order).reverse();
      return withField(block, 3, bstr(Uint8Array.from([...fields.signature.subarray(0, 32), ...s])));
    }),
};

/** Gives every ECDSA signature its other valid form. */
export const signatureHighS: Attack<null> = {
  ...shared,
  id: 'cose.sig.high-s',
  handle: 'C04',
  change: 'replace s by n - s, which is as valid',
  by: 'outsider',
  expects: [mustAccept({ doc: 'cose-algorithms', section: '2.1' })],
  on: { features: ['sign1-es256'] },
  choice: fc.constant(null),
  apply: (scenario) =>
    alterBlocks(scenario, (block, { signature: s, ...rest }) => {
      const alg = algorithmOf({ signature: s, ...rest });
      if (s.length !== 64 || (alg !== -7 && alg !== -9)) return undefined;
      return withField(
        block,
        3,
        bstr(Uint8Array.from([...s.subarray(0, 32), ...bytes32(n - number(s.subarray(32)))])),
      );
    }),
};

/** Attaches the digest that should be detached. */
export const payloadAttached: Attack<null> = {
  ...shared,
  id: 'cose.payload.attached',
  handle: 'C05',
  change: 'the payload slot holds the digest instead of nil',
  by: 'outsider',
  expects: [shouldReject(['auth-malformed'], { doc: 'manifest', section: '8.3' })],
  choice: fc.constant(null),
  apply: (scenario) =>
    alterBlocks(scenario, (block) => withField(block, 2, bstr(signedBytes(scenario.release)))),
};

/** Attaches the authentic digest to a manifest of the attacker's. */
export const payloadForeign: Attack<null> = {
  ...nonAuth,
  id: 'cose.payload.foreign',
  handle: 'C06',
  change: "attached payload is the signed digest, the wrapper's digest that of a changed manifest",
  by: 'outsider',
  expects: [mustRejectUnauthentic(['sig-invalid'], { doc: 'cose', section: '4.4' })],
  choice: fc.constant(null),
  apply: (scenario) =>
    alter(scenario, (parts) => {
      const uri = tstr('https://attacker.example/manifest');
      const changed = { ...parts, manifest: setMember(parts.manifest, manifestKey.referenceUri, uri) };
      const blocks = parts.blocks.map((block) => withField(block, 2, bstr(signedBytes(parts))));
      return { ...changed, digest: manifestDigest(changed, digestAlgorithm(parts)), blocks };
    }),
};

/** Signs with external data that the recipient does not know. */
export const externalAad: Attack<number> = {
  ...shared,
  id: 'cose.external-aad',
  handle: 'C09',
  change: 'signature made with a non-empty external_aad',
  by: 'author',
  expects: [mustReject(['sig-invalid'], { doc: 'cose', section: '4.3' })],
  choice: some,
  apply: (scenario, aad) =>
    remakeBlocks(scenario, scenario.signers, () => ({ externalAad: Uint8Array.of(aad >> 8, aad & 255) })),
};

/** Calls the structure another one. */
export const retag: Attack<number> = {
  ...nonAuth,
  id: 'cose.retag',
  handle: 'C10',
  change: 'another COSE tag over an unchanged body',
  by: 'outsider',
  expects: [mustRejectUnauthentic(['sig-invalid'], { doc: 'cose', section: '4.4' })],
  choice: fc.nat({ max: 2 }),
  apply: (scenario, other) =>
    alterWholeBlocks(scenario, (block) =>
      block.kind === 'tag'
        ? { ...block, tag: [18n, 17n, 98n, 97n].filter((t) => t !== block.tag)[other] ?? 97n }
        : undefined,
    ),
};

/** Leaves the tag out. */
export const untagged: Attack<null> = {
  ...shared,
  violates: ['REQ.USE.PARSE'],
  id: 'cose.untagged',
  handle: 'C11',
  change: 'blocks without their COSE tags',
  by: 'outsider',
  expects: [shouldReject(['cose-unsupported'], { doc: 'manifest', section: 'A' })],
  choice: fc.constant(null),
  apply: (scenario) => alterWholeBlocks(scenario, (block) => (block.kind === 'tag' ? block.item : undefined)),
};

const overDigest = shouldReject(['auth-malformed'], { doc: 'manifest', section: '8.3' });
const overNothing = mustReject(['auth-malformed'], { doc: 'cose', section: '4.1' });

/** Sends an empty payload instead of a detached one. */
export const payloadEmpty: Attack<boolean> = {
  ...nonAuth,
  id: 'cose.payload.empty',
  handle: 'C37',
  change: 'payload an empty string instead of nil, the signature over the digest or over nothing',
  by: ['outsider', 'author'],
  expects: [overDigest, overNothing],
  choice: fc.boolean(),
  apply: (scenario, nothing) =>
    nothing
      ? remakeBlocks(scenario, scenario.signers, () => ({ payload: bstr(empty), signed: empty }), {
          expect: overNothing,
        })
      : alterBlocks(scenario, (block) => withField(block, 2, bstr(empty))),
};

export const coseSignatureAttacks: readonly AnyAttack[] = [
  signatureFlip,
  signatureLength,
  signatureDegenerate,
  signatureHighS,
  payloadAttached,
  payloadForeign,
  externalAad,
  retag,
  untagged,
  kidUnknown,
  kidSpoof,
  headerDuplicate,
  protectedShape,
  unknownUnprotected,
  embeddedKey,
  payloadEmpty,
];
