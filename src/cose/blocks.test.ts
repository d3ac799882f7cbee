import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../cbor/hex.ts';
import { array, bstr, type Item, int, type List, map, nil, tag, valueAt, wrapped } from '../cbor/item.ts';
import { readItem } from '../cbor/read.ts';
import { write } from '../cbor/write.ts';
import { algorithmById } from './algorithms.ts';
import {
  type BlockOptions,
  makeBlock,
  makeBlocks,
  makeMac,
  makeSign,
  type Signer,
  signerOf,
} from './blocks.ts';
import { curves } from './curves.ts';
import type { CoseKey } from './key.ts';
import { readKeyFile } from './key-files.ts';
import { nobleCrypto } from './noble-crypto.ts';
import { nodeCrypto, wrapKey } from './node-crypto.ts';
import { macStructure, sigStructure } from './structures.ts';
import {
  authorEd25519,
  authorHmac,
  authorKek,
  authorP256,
  secondEd25519,
  strangerKek,
  strangerP256,
} from './test-keys.ts';

const digest = fromHex('822f5820'.concat('5a'.repeat(32)));
const cryptos = [nodeCrypto, nobleCrypto];

function read(bytes: Uint8Array): Item {
  const result = readItem(bytes);
  if (!result.ok) throw new Error(result.error.message);
  return result.item;
}

function listIn(item: Item | undefined): List {
  if (item?.kind === 'tag') return listIn(item.item);
  if (item?.kind !== 'array') throw new Error(`not an array: ${item?.kind}`);
  return item;
}

function bytesIn(item: Item | undefined): Uint8Array {
  if (item?.kind !== 'bstr') throw new Error(`not a byte string: ${item?.kind}`);
  return item.bytes;
}

function made(signer: Signer, options?: BlockOptions): readonly Item[] {
  return listIn(read(write(makeBlock(signer, digest, options)))).items;
}

describe('makeBlock', () => {
  it.each([authorP256, authorEd25519, authorHmac])('is a detached block that its key verifies', (key) => {
    const signer = signerOf(key);
    const [header, unprotected, payload, signature] = made(signer);
    expect(unprotected).toMatchObject({ kind: 'map', entries: [] });
    expect(payload).toMatchObject(nil);
    const isMac = algorithmById(signer.algorithm)?.kind === 'mac';
    const message = isMac
      ? macStructure('MAC0', bytesIn(header), digest)
      : sigStructure('Signature1', bytesIn(header), digest);
    for (const crypto of cryptos) {
      expect(crypto.verify(signer.algorithm, key, message, bytesIn(signature))).toBe('valid');
    }
  });

  it('is tagged by its structure', () => {
    expect(makeBlock(signerOf(authorP256), digest)).toMatchObject({ kind: 'tag', tag: 18n });
    expect(makeBlock(signerOf(authorHmac), digest)).toMatchObject({ kind: 'tag', tag: 17n });
    expect(makeBlock(signerOf(authorHmac), digest, { tag: 97 })).toMatchObject({ tag: 97n });
  });

  it('puts the kid where the signer says', () => {
    const kid = toHex(authorP256.kid!);
    const inProtected = made(signerOf(authorP256, 'protected'));
    expect(toHex(bytesIn(inProtected[0]))).toBe(`a20128044b${kid}`);
    expect(toHex(write(inProtected[1]!))).toBe('a0');
    const inUnprotected = made({ ...signerOf(authorP256, 'unprotected'), kid: fromHex('0102') });
    expect(toHex(bytesIn(inUnprotected[0]))).toBe('a10128');
    expect(toHex(write(inUnprotected[1]!))).toBe('a104420102');
  });

  it('signs the departures that an attack asks for', () => {
    const verified = (options: BlockOptions, message: Uint8Array) =>
      nodeCrypto.verify(-9, authorP256, message, bytesIn(made(signerOf(authorP256), options)[3]));
    const header = fromHex('a10128');
    const aad = fromHex('01');
    expect(
      verified({ externalAad: aad }, sigStructure('Signature1', header, digest, { externalAad: aad })),
    ).toBe('valid');
    expect(verified({ externalAad: aad }, sigStructure('Signature1', header, digest))).toBe('invalid');
    expect(verified({ signed: aad }, sigStructure('Signature1', header, aad))).toBe('valid');
    expect(verified({ payload: bstr(aad) }, sigStructure('Signature1', header, digest))).toBe('valid');
    expect(verified({ context: 'MAC0' }, macStructure('MAC0', header, digest))).toBe('valid');
    expect(verified({ protected: map() }, sigStructure('Signature1', fromHex(''), digest))).toBe('valid');
    expect(verified({ protected: wrapped(map()) }, sigStructure('Signature1', fromHex(''), digest))).toBe(
      'valid',
    );
    expect(verified({ protected: array(int(1)) }, sigStructure('Signature1', fromHex('8101'), digest))).toBe(
      'valid',
    );
    expect(
      verified({ protected: bstr(fromHex('ff')) }, sigStructure('Signature1', fromHex('ff'), digest)),
    ).toBe('valid');
  });

  it('shows a replaced header and payload in the bytes', () => {
    const items = made(signerOf(authorP256), {
      protected: map(),
      unprotected: map([int(1), int(-7)]),
      payload: bstr(digest),
    });
    expect(items.slice(0, 3).map((item) => toHex(write(item)))).toEqual([
      '40',
      'a10126',
      `5824${toHex(digest)}`,
    ]);
    expect(toHex(write(made(signerOf(authorP256), { protected: wrapped(map()) })[0]!))).toBe('41a0');
  });
});

describe('makeSign', () => {
  it('holds one signature a signer, each over its own header', () => {
    const signers = [signerOf(authorP256, 'unprotected'), signerOf(secondEd25519), signerOf(strangerP256)];
    const block = makeSign(signers, digest);
    expect(block).toMatchObject({ kind: 'tag', tag: 98n });
    const [body, , payload, signatures] = listIn(read(write(block))).items;
    expect(bytesIn(body)).toHaveLength(0);
    expect(payload).toMatchObject(nil);
    const entries = listIn(signatures).items.map((entry) => listIn(entry).items);
    expect(entries).toHaveLength(signers.length);
    for (const [i, [header, , signature]] of entries.entries()) {
      const { algorithm, key } = signers[i]!;
      const message = sigStructure('Signature', fromHex(''), digest, { signProtected: bytesIn(header) });
      expect(nodeCrypto.verify(algorithm, key, message, bytesIn(signature))).toBe('valid');
      const asSign1 = sigStructure('Signature1', bytesIn(header), digest);
      expect(nodeCrypto.verify(algorithm, key, asSign1, bytesIn(signature))).toBe('invalid');
    }
  });
});

describe('makeMac', () => {
  it('has one direct recipient, named by its kid', () => {
    const block = makeMac(signerOf(authorHmac, 'unprotected'), digest);
    expect(block).toMatchObject({ kind: 'tag', tag: 97n });
    const [header, , , mac, recipients] = listIn(read(write(block))).items;
    expect(nodeCrypto.verify(5, authorHmac, macStructure('MAC', bytesIn(header), digest), bytesIn(mac))).toBe(
      'valid',
    );
    const direct = map([int(1), int(-6)], [int(4), bstr(authorHmac.kid!)]);
    expect(toHex(write(recipients!))).toBe(
      toHex(write(array(array(bstr(fromHex('')), direct, bstr(fromHex('')))))),
    );
  });
});

describe('makeMac under a wrapping key', () => {
  const wrapping: Signer = { ...signerOf(authorKek, 'protected'), structure: 'mac', wraps: true };

  it('gives the recipient a key that only the wrapping key opens', () => {
    const [header, , , mac, recipients] = listIn(read(write(makeBlock(wrapping, digest)))).items;
    const [empty, headers, ciphertext] = listIn(listIn(recipients).items[0]).items;
    expect(bytesIn(empty)).toHaveLength(0);
    expect(toHex(write(headers!))).toBe(toHex(write(map([int(1), int(-3)], [int(4), bstr(authorKek.kid!)]))));
    const wrappedKey = bytesIn(ciphertext);
    const k = nodeCrypto.unwrapKey(authorKek, wrappedKey)!;
    expect(k).toHaveLength(32);
    const message = macStructure('MAC', bytesIn(header), digest);
    for (const crypto of cryptos) {
      expect(crypto.verify(5, { kty: 'Symmetric', k }, message, bytesIn(mac))).toBe('valid');
      expect(crypto.unwrapKey(strangerKek, wrappedKey)).toBeUndefined();
      expect(crypto.unwrapKey(authorP256, wrappedKey)).toBeUndefined();
      expect(crypto.unwrapKey(authorKek, wrappedKey.subarray(1))).toBeUndefined();
      expect(crypto.unwrapKey(authorKek, wrappedKey.subarray(0, 16))).toBeUndefined();
    }
    expect(() => wrapKey(authorHmac, k)).toThrow(/AES-128/);
  });

  it('unwraps the key of RFC 3394 §4.1', () => {
    const key: CoseKey = { kty: 'Symmetric', k: fromHex('000102030405060708090A0B0C0D0E0F') };
    const secret = fromHex('00112233445566778899AABBCCDDEEFF');
    const wrappedKey = fromHex('1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5');
    expect(nodeCrypto.unwrapKey(key, wrappedKey)).toEqual(secret);
    expect(wrapKey(key, secret)).toEqual(wrappedKey);
  });
});

describe('makeBlocks', () => {
  const sign: Signer = { ...signerOf(authorEd25519), structure: 'sign' };
  const tagsOf = (signers: readonly Signer[]) =>
    makeBlocks(signers, digest).map((block) => (block.kind === 'tag' ? Number(block.tag) : undefined));

  it('puts neighbours who make a COSE_Sign into one, and gives every other signer a block', () => {
    const other = signerOf(authorP256);
    expect(tagsOf([])).toEqual([]);
    expect(tagsOf([sign, { ...sign, key: secondEd25519 }])).toEqual([98]);
    expect(tagsOf([sign, other, sign])).toEqual([98, 18, 98]);
    expect(tagsOf([signerOf(authorHmac), { ...signerOf(authorHmac), structure: 'mac' }, other])).toEqual([
      17, 97, 18,
    ]);
  });

  it('departs from the usual in the signature of a COSE_Sign, and signs a filled body header', () => {
    const departures = { externalAad: fromHex('01'), payload: bstr(digest), tag: 18 };
    const made = makeBlock({ ...sign, bodyFilled: true, labels: [[int(-70000), nil]] }, digest, departures);
    expect(made).toMatchObject({ tag: 18n });
    const [body, , payload, signatures] = listIn(read(write(made))).items;
    expect(bytesIn(body).length).toBeGreaterThan(0);
    expect(bytesIn(payload)).toEqual(digest);
    const [header, unprotected, signature] = listIn(listIn(signatures).items[0]).items;
    expect(toHex(write(unprotected!))).toBe('a13a0001116ff6');
    const message = sigStructure('Signature', bytesIn(body), digest, {
      signProtected: bytesIn(header),
      externalAad: fromHex('01'),
    });
    expect(nodeCrypto.verify(-19, authorEd25519, message, bytesIn(signature))).toBe('valid');
  });
});

const vectors = process.env.GAUNTLET_VECTORS;

describe.skipIf(!vectors)('the examples published with draft-ietf-suit-manifest-37', () => {
  const folder = join(vectors ?? '', 'manifest-37');

  it.each([0, 1, 2, 3, 4, 5])(
    'example %i is signed over the SUIT_Digest without its string head',
    (number) => {
      const key = readKeyFile(join(folder, 'example-key.jwk.json'));
      const envelope = read(readFileSync(join(folder, `example${number}.suit`)));
      const members = envelope.kind === 'tag' ? envelope.item : envelope;
      if (members.kind !== 'map') throw new Error('not a map');
      const [digestString, block] = listIn(read(bytesIn(valueAt(members, 2)))).items;
      const payload = bytesIn(digestString);
      const [header, , , signature] = listIn(read(bytesIn(block))).items;
      const message = sigStructure('Signature1', bytesIn(header), payload);
      const withHead = sigStructure('Signature1', bytesIn(header), write(bstr(payload)));
      const bytes = bytesIn(signature);
      const s = BigInt(`0x${toHex(bytes.subarray(32))}`);
      const other = concat(
        bytes.subarray(0, 32),
        fromHex((curves['P-256'].order - s).toString(16).padStart(64, '0')),
      );
      for (const crypto of cryptos) {
        expect(crypto.verify(-9, key, message, bytes)).toBe('valid');
        expect(crypto.verify(-9, key, message, other)).toBe('valid');
        expect(crypto.verify(-9, key, withHead, bytes)).toBe('invalid');
        expect(crypto.verify(-9, strangerP256, message, bytes)).toBe('invalid');
      }
    },
  );

  it('makes blocks of the published shape', () => {
    const envelope = read(readFileSync(join(folder, 'example0.suit')));
    const members = envelope.kind === 'tag' ? envelope.item : envelope;
    if (members.kind !== 'map') throw new Error('not a map');
    const [digestString, block] = listIn(read(bytesIn(valueAt(members, 2)))).items;
    const key = readKeyFile(join(folder, 'example-key.jwk.json'));
    const published = read(bytesIn(block));
    const ours = read(write(makeBlock({ ...signerOf(key), algorithm: -7 }, bytesIn(digestString))));
    const shape = (item: Item) => write(tag(18, array(...listIn(item).items.slice(0, 3))));
    expect(toHex(shape(ours))).toBe(toHex(shape(published)));
  });
});
