/**
 * The curves of COSE keys: coordinate lengths and group orders (FIPS 186-5, RFC 8032 §5.1).
 *
 * @module
 */

import type { Ec2Key, OkpKey } from './key.ts';

export type Curve = Ec2Key['crv'] | OkpKey['crv'];

export interface CurveFacts {
  /** Length of a coordinate and of a scalar; a signature is twice that. */
  readonly bytes: number;
  /** Order of the base point: n of ECDSA, L of Ed25519. */
  readonly order: bigint;
}

export const curves: Readonly<Record<Curve, CurveFacts>> = {
  'P-256': {
    bytes: 32,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  'P-384': {
    bytes: 48,
    order:
      0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
  'P-521': {
    bytes: 66,
    order:
      0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  },
  Ed25519: {
    bytes: 32,
    order: 2n ** 252n + 27742317777372353535851937790883648493n,
  },
};
