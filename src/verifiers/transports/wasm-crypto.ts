/**
 * The cryptography that a WebAssembly module may import in place of its own, as a small device calls its ROM or an
 * accelerator (docs/wasm-abi.md). The bench's library does the work, outside the module's memory.
 *
 * @module
 */
import type { CoseKey } from '../../cose/key.ts';
import { nodeCrypto } from '../../cose/node-crypto.ts';
import type { WasmFunction } from './wasm-engine.ts';

/** COSE id of SHA-256 (RFC 9054). */
const sha256 = -16;

/** The functions, over the module's memory as it is at each call. They throw, as a trap would, outside of it. */
export function wasmCrypto(memory: () => ArrayBuffer): Readonly<Record<'sha256' | 'verify', WasmFunction>> {
  const partOf = (name: string) => (at: number, size: number) => part(memory(), name, at, size);
  return {
    sha256(at, size, out) {
      const within = partOf('sha256');
      const digest = nodeCrypto.digest(sha256, within(at, size)) as Uint8Array;
      within(out, digest.length).set(digest);
    },
    verify(algorithm, keyAt, keySize, messageAt, messageSize, signatureAt, signatureSize) {
      const within = partOf('verify');
      const [bytes, message, signature] = [
        within(keyAt, keySize),
        within(messageAt, messageSize),
        within(signatureAt, signatureSize),
      ];
      const key = keyOf(algorithm, bytes);
      return key !== undefined && nodeCrypto.verify(algorithm, key, message, signature) === 'valid' ? 1 : 0;
    },
  };
}

/** These bytes as a key for the algorithm, whether or not they are a point; undefined for one that is not offered. */
function keyOf(algorithm: number, bytes: Uint8Array): CoseKey | undefined {
  switch (algorithm) {
    case -7:
    case -9:
      // SEC 1 §2.3.3: the octet 4, then x and y.
      return bytes.length === 65 && bytes[0] === 4
        ? { kty: 'EC2', crv: 'P-256', x: bytes.subarray(1, 33), y: bytes.subarray(33) }
        : undefined;
    case -8:
    case -19:
      return { kty: 'OKP', crv: 'Ed25519', x: bytes };
    default:
      return undefined;
  }
}

/** Numbers come signed; as addresses and sizes they are unsigned, and their sum does not wrap. */
function part(memory: ArrayBuffer, name: string, at: number, size: number): Uint8Array {
  const [from, length] = [at >>> 0, size >>> 0];
  if (from + length > memory.byteLength)
    throw new RangeError(
      `gauntlet.${name}: memory access out of bounds, ${length} bytes at ${from} of ${memory.byteLength}`,
    );
  return new Uint8Array(memory, from, length);
}
