/**
 * The differential panel: four decoders times two crypto libraries, over the same rules. Each is loaded only when it is
 * asked for.
 *
 * @module
 */
import type { Codec } from '../../cbor/codec.ts';
import type { Crypto } from '../../cose/crypto.ts';
import type { Verifier } from '../verifier.ts';
import { libraryVerifier } from './library-verifier.ts';

/** Loads each only when it is asked for. */
export const codecs: Readonly<Record<string, () => Promise<Codec>>> = {
  'cbor-x': async () => (await import('../../cbor/decode.ts')).cborX,
  cborg: async () => (await import('./cborg.ts')).cborg,
  cbor2: async () => (await import('./cbor2.ts')).cbor2,
  cbor: async () => (await import('./cbor.ts')).nodeCbor,
};

const cryptos: Readonly<Record<string, () => Promise<Crypto>>> = {
  node: async () => (await import('../../cose/node-crypto.ts')).nodeCrypto,
  noble: async () => (await import('../../cose/noble-crypto.ts')).nobleCrypto,
};

/** `library:CODEC+CRYPTO` of each pair. */
export const panel: Readonly<Record<string, () => Promise<Verifier>>> = Object.fromEntries(
  Object.entries(codecs).flatMap(([codec, loadCodec]) =>
    Object.entries(cryptos).map(([crypto, loadCrypto]) => {
      const name = `library:${codec}+${crypto}`;
      return [name, async () => libraryVerifier(name, await loadCodec(), await loadCrypto())] as const;
    }),
  ),
);
