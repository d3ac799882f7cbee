/**
 * Fixed key pairs of the bench's scenarios and attacks.
 *
 * The private parts are public: they stand here in clear and come from a published rule, the SHA-256 (for P-384
 * the SHA-384, for P-521 the SHA-512 after two zero bytes; for AES-128 the first half; for HSS/LMS it is the seed) of
 * "suit-gauntlet test key: " and the kid. They must
 * never sign anything real, and no device outside a test may trust them.
 *
 * @module
 */

import { fromHex } from '../cbor/hex.ts';
import { recipientAlgorithms } from './algorithms.ts';
import type { CoseKey, Ec2Key } from './key.ts';

const utf8 = new TextEncoder();

function ec2(crv: Ec2Key['crv'], kid: string, d: string, x: string, y: string): CoseKey {
  return { kty: 'EC2', crv, x: fromHex(x), y: fromHex(y), d: fromHex(d), kid: utf8.encode(kid) };
}

function ed25519(kid: string, d: string, x: string): CoseKey {
  return { kty: 'OKP', crv: 'Ed25519', x: fromHex(x), d: fromHex(d), kid: utf8.encode(kid) };
}

function hss(kid: string, d: string, pub: string): CoseKey {
  return { kty: 'HSS-LMS', pub: fromHex(pub), d: fromHex(d), kid: utf8.encode(kid) };
}

/** AES-128: it wraps and unwraps keys, and does nothing else. */
function kek(kid: string, k: string): CoseKey {
  return { ...hmac(kid, k), alg: recipientAlgorithms.a128kw };
}

function hmac(kid: string, k: string): CoseKey {
  return { kty: 'Symmetric', k: fromHex(k), kid: utf8.encode(kid) };
}

/** The rightful author of most scenarios, ECDSA. */
export const authorP256: CoseKey = ec2(
  'P-256',
  'author-p256',
  '3ed5af52cf49a3afade990febc12d6fc74c51c87a8481c4bb06c74fd5d5109c8',
  'e5331d85683b08687b0f5cc8634fc03eaad726539dbef531d037f77029350f64',
  'ae1ee863d170a4c0a252cf248598a9f245916c62216cf8f565ce7aaa1549fa36',
);

/** A second rightful authority, ECDSA. */
export const secondP256: CoseKey = ec2(
  'P-256',
  'second-p256',
  'd3d6f05b68139c9395af2b43ab8a83979b83fe0f55c72fa5671ea7fecea4e752',
  '1aea9f76ae5da4eb8efe4d66bc8f4cf0b000af69650c015ae90b1c43829b3945',
  '21840a9c9bdf50fc848273a0a98f1d799ae417cfa5cba90216e3119d434cdece',
);

/** An attacker whom no recipient trusts, ECDSA. */
export const strangerP256: CoseKey = ec2(
  'P-256',
  'stranger-p256',
  '8d86fcd1a888fb07de010341bc86275d28822e01ef650fee0d11f9d1d183b5bb',
  '3395b0717dac813a956a9706fce6f2b31b83d48a2e58e95b1a2e53518488d5bf',
  '3c04f6b71b0e721c64a3f1d8d46a6a96f060fcf888e0630c869ff1a0fa7d9ec2',
);

/** Once an author, trusted no longer. */
export const retiredP256: CoseKey = ec2(
  'P-256',
  'retired-p256',
  '1a1b846d46f9a0275568b0aaf4c1aca161526fbd83a3d22b27bd4d89d719d99e',
  '0a10cfef054c08e0d8884cda98591207c015aa4ecd9bdbaf872dbbbe4ea05bd4',
  '031331183b6abef22f199909e5fd53f40d4792a564bebfa9e02bd5628a15e36f',
);

/** An author on a curve that ESP256 is not for (catalogue row C18). */
export const authorP384: CoseKey = ec2(
  'P-384',
  'author-p384',
  '8a34bfa4ff897126e63e8d893c67e85dfee8fbf105ac966a5ec7ddce62f67fcaa10cc111544fcf140ffe5e606206d2b2',
  '268bd33a318f27a495af75753a38a485b388c3f8dd05f9374c2e3d550961ba771d2ac201df4933a40f70dc0c3fb54777',
  '9a6db4d4c694f2d36f3ef6ebba7b455415728321e7e3c9e94ff828a3e5cc0505b2ea98cf4aaa74cc940d232400bd6443',
);

/** An author on the largest curve (catalogue rows C03, C18). */
export const authorP521: CoseKey = ec2(
  'P-521',
  'author-p521',
  '000083c12adc29030f24bbd30691a70a0fb1b01cc669fbb6b64dacb6bc7cefe19e1871294e6ee3f05028abe4c499ee515595552add3b1c5c1658c9bc9a9d3868db5e',
  '011c3765dac30d89e49f9d97f58f873034481ef95d73593e252aeb0846623032ad8742cb32c26b4760950e3e7f42cd3b9ffef9ad1a70772c23bd5b613637d7a5e72e',
  '003af52ba61c8e3d28481ec8c14148c2e1ce0abe37f22331a9e8b107b83d91f1cfcb8b243f6da8775872c7bff530c4631ade860aa8420983b0d8d82dc6a27d70658a',
);

/** The rightful author, Ed25519. */
export const authorEd25519: CoseKey = ed25519(
  'author-ed25519',
  'f3a5039cf85d8e8b6fd424fa76dab5f305f74495d7df2c4ce7d8c5a9692bb4a0',
  '31a15ad0c50c5fa096747be00d8602d421d222783e7ac4e87c23800a42c0dc4c',
);

/** A second rightful authority, Ed25519. */
export const secondEd25519: CoseKey = ed25519(
  'second-ed25519',
  '6f940cb7d064c21f59bb63e106fefc5460c5324e4423f45722e3201a24aeb2fb',
  '48538c551ab1f29070e5d189f91aea05f0909637c3714b3b8804adcfda18f1ad',
);

/** An attacker whom no recipient trusts, Ed25519. */
export const strangerEd25519: CoseKey = ed25519(
  'stranger-ed25519',
  '8ca62482491ecfd0f0c6196f3502996cb64faad500726ffa324c7ab8afd1f054',
  'bdf41ced9f9ac13eb7c113ca9efd4799cea19ab898243f8da76f8b7554ae3cac',
);

/** The rightful author where author and device share a secret. */
export const authorHmac: CoseKey = hmac(
  'author-hmac',
  'b19debd7cf4b3b8885d041a89503aac73154ce66a3b3aadcb8cb03dc7eb067f3',
);

/** A secret that no recipient holds. */
export const strangerHmac: CoseKey = hmac(
  'stranger-hmac',
  '604eee9add44b870d3ab5cbcfbb065ea807eb24275e1adc02982da200a4a4660',
);

/** A third rightful authority, Ed25519. */
export const thirdEd25519: CoseKey = ed25519(
  'third-ed25519',
  '84a3f719a322356031acc55dd065edeb9eb7ca3de69c62711b900e90a8f8cc96',
  'fa661db0087d6ead72fa07b9ccc0b1dbd3304fc4187d881a1061ead3695b9f67',
);

/** The rightful author, HSS/LMS: one tree of height 5, W4. */
export const authorHss: CoseKey = hss(
  'author-hss',
  '7285e5dd2885329d81bc04607efc736040535ffa0c532f66b3a67e93c5b4d61f',
  '000000010000000500000003c840f2cb98994cc2fb86a6df75721638e964a154bfe83f306c35bbda221f55925ca51092377cfcad04c904e106ef230a',
);

/** A second rightful authority, HSS/LMS: two levels of trees. */
export const secondHss: CoseKey = hss(
  'second-hss',
  '34b28e7f9abe415f464f546b62a75fa57ce5213ed49d896ab490ff749c154885',
  '0000000200000005000000033bdd5be6e9b24bb24328ec7845b2aed497c3e66e4a424f0f34b1daf6dee60c44786df01854d360c06f509bde7dc8a5f5',
);

/** An attacker whom no recipient trusts, HSS/LMS. */
export const strangerHss: CoseKey = hss(
  'stranger-hss',
  '718ce786a451ff139820dddb044f15c3386942f4d3bd13e9670d24cd42cbe737',
  '0000000100000005000000038efca1dbcc738c255e6b300aa767e3a916258e9f9aa88acda2ff632564f1a6b8520bd9ebbb041a9bd7ba3abd900ac84d',
);

/** Wraps the MAC keys of the rightful author. */
export const authorKek: CoseKey = kek('author-kek', '49f7a47ec6a07121c8b5076f9359643c');

/** A wrapping key that no recipient holds. */
export const strangerKek: CoseKey = kek('stranger-kek', 'bb0b22133238de9651aff6afef0f4e2c');

/** A wrapping key of the recipient for encrypted payloads, which authenticates nobody (catalogue row C35). */
export const deviceKek: CoseKey = kek('device-kek', '1ada2c22c8d0e7521273e96cdcd0a43d');

export const testKeys: readonly CoseKey[] = [
  authorP256,
  secondP256,
  strangerP256,
  retiredP256,
  authorP384,
  authorP521,
  authorEd25519,
  secondEd25519,
  strangerEd25519,
  authorHmac,
  strangerHmac,
  thirdEd25519,
  authorHss,
  secondHss,
  strangerHss,
  authorKek,
  strangerKek,
  deviceKek,
];
