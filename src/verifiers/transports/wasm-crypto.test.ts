import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concat } from '../../cbor/hex.ts';
import type { CoseKey, Ec2Key, OkpKey } from '../../cose/key.ts';
import { publicOf } from '../../cose/key.ts';
import { signatureOf } from '../../cose/sign.ts';
import { authorEd25519, authorP256, strangerEd25519 } from '../../cose/test-keys.ts';
import { fixtureFolder, plain, tinyRecipient } from './fixtures/tiny.ts';
import type { IsolatedHost } from './isolated-host.ts';
import { openVerifier } from './open.ts';
import { wasmCrypto } from './wasm-crypto.ts';

const message = new TextEncoder().encode('suit-gauntlet');
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());

describe('cryptography lent to a module', () => {
  let host: IsolatedHost;
  beforeAll(async () => {
    host = await openVerifier(`wasm:${join(fixtureFolder, 'wasm/borrows.wasm')}`, { deadlineMs: 10_000 });
  });
  afterAll(() => host.close());

  /** What the module answers to this; its source says what the numbers mean. */
  async function asked(
    what: number,
    given: Uint8Array,
    { key = authorEd25519, algorithm = 0, over = message }: Partial<Asked> = {},
  ) {
    const recipient = {
      ...tinyRecipient,
      anchors: tinyRecipient.anchors.map((anchor) => ({ ...anchor, key: publicOf(key) })),
    };
    const head = Uint8Array.of(what, algorithm & 0xff, 0, 0);
    const envelope = concat(head, given, new Uint8Array(64 - given.length), over);
    const [outcome] = await host.trial(recipient, [{ ...plain, envelope }]);
    return outcome;
  }

  it.each([1, 3, 10])('%i: hashes by SHA-256, wherever the bytes are', async (what) => {
    const over = new Uint8Array(32).fill(7);
    expect(await asked(what, sha256(over), { over })).toMatchObject({ kind: 'accepted' });
    expect(await asked(what, sha256(message), { over })).toMatchObject({ kind: 'rejected' });
  });

  it.each([
    [-7, authorP256],
    [-9, authorP256],
    [-8, authorEd25519],
    [-19, authorEd25519],
  ])('verifies a signature by algorithm %i', async (algorithm, key) => {
    const given = signatureOf(algorithm, key, message);
    expect(await asked(2, given, { algorithm, key })).toMatchObject({ kind: 'accepted' });
    const over = concat(message, Uint8Array.of(0));
    expect(await asked(2, given, { algorithm, key, over })).toMatchObject({ kind: 'rejected' });
  });

  it.each([4, 5, 6, 7, 8, 9])(
    '%i: an address outside the memory crashes the module, not the bench',
    async (what) => {
      const given = signatureOf(-19, authorEd25519, message);
      expect(await asked(what, given, { algorithm: -19 })).toMatchObject({
        kind: 'crashed',
        error: expect.stringMatching(/gauntlet\.(sha256|verify): memory access out of bounds/),
      });
      expect(await asked(2, given, { algorithm: -19 })).toMatchObject({ kind: 'accepted' });
      expect(host.status()).toMatchObject({ restarts: 0 });
    },
  );
});

interface Asked {
  readonly key: CoseKey;
  readonly algorithm: number;
  readonly over: Uint8Array;
}

describe('the functions', () => {
  const memory = new Uint8Array(1024);
  const { sha256: hash, verify } = wasmCrypto(() => memory.buffer);

  /** Lays them side by side. */
  function verified(algorithm: number, key: Uint8Array, signature: Uint8Array): unknown {
    memory.set(concat(key, message, signature));
    const messageAt = key.length;
    const signatureAt = messageAt + message.length;
    return verify(algorithm, 0, key.length, messageAt, message.length, signatureAt, signature.length);
  }

  const { x, y } = authorP256 as Ec2Key;
  const point = concat(Uint8Array.of(4), x, y);
  const ed25519 = (authorEd25519 as OkpKey).x;
  const es256 = signatureOf(-9, authorP256, message);
  const eddsa = signatureOf(-19, authorEd25519, message);
  const identity = concat(Uint8Array.of(1), new Uint8Array(31));

  it.each([
    ['no key', -9, new Uint8Array(0), es256],
    ['a point without its first octet', -9, concat(x, y), es256],
    ['another first octet', -9, concat(Uint8Array.of(6), x, y), es256],
    ['a compressed point', -9, concat(Uint8Array.of(2 + (y[31]! & 1)), x), es256],
    ['no point of the curve', -9, concat(Uint8Array.of(4), x, x), es256],
    ['a byte too many', -9, concat(point, Uint8Array.of(0)), es256],
    ['a key of the other algorithm', -19, point, es256],
    ['a key of the other algorithm', -7, ed25519, eddsa],
    ['a short Ed25519 key', -19, ed25519.subarray(1), eddsa],
    ['another key', -19, (strangerEd25519 as OkpKey).x, eddsa],
    [
      'a key of small order, under which this holds for all',
      -19,
      identity,
      concat(identity, new Uint8Array(32)),
    ],
    ['a short signature', -9, point, es256.subarray(1)],
    ['no signature', -19, ed25519, new Uint8Array(0)],
    ['an algorithm that is not offered', 5, ed25519, eddsa],
    ['an algorithm that does not exist', 0, point, es256],
  ])('%s: 0', (_, algorithm, key, signature) => {
    expect(verified(-9, point, es256)).toBe(1);
    expect(verified(-19, ed25519, eddsa)).toBe(1);
    expect(verified(algorithm, key, signature)).toBe(0);
  });

  it('an empty message may lie anywhere up to the end', () => {
    hash(memory.length, 0, 0);
    expect(memory.slice(0, 32)).toEqual(sha256(new Uint8Array(0)));
    expect(() => hash(memory.length + 1, 0, 0)).toThrow(/0 bytes at 1025 of 1024/);
  });

  it('the last bytes are within, one more is not, and then nothing is written', () => {
    memory.fill(0);
    hash(0, 3, memory.length - 32);
    expect(memory.slice(-32)).toEqual(sha256(new Uint8Array(3)));
    expect(() => hash(0, 3, memory.length - 31)).toThrow(/32 bytes at 993 of 1024/);
    expect(memory.slice(-32)).toEqual(sha256(new Uint8Array(3)));
  });

  it('takes numbers for unsigned', () => {
    expect(() => hash(-1, 1, 0)).toThrow(/1 bytes at 4294967295/);
    expect(() => verify(-19, 0, -1, 0, 0, 0, 64)).toThrow(/4294967295 bytes at 0/);
  });
});
