/**
 * Makes firmware packages (RFC 4108 §2.1): CMS SignedData (RFC 5652 §5) over the image itself, with name, version, stale
 * version and hardware as signed attributes. What is changed after sealing stays unsigned.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { Ec2Key } from '../cose/key.ts';
import { signatureOf } from '../cose/sign.ts';
import {
  bits,
  type Der,
  explicit,
  implicit,
  integer,
  objectId,
  octets,
  sequence,
  setOf,
  time,
} from './der.ts';
import { type FirmwareMetadata, oid } from './registry.ts';

export interface PackageParts {
  readonly content: Uint8Array;
  readonly metadata: FirmwareMetadata;
  /** The message-digest attribute. */
  readonly digest: Uint8Array;
  /** One each; a package must have exactly one (RFC 4108 §2.1.2). */
  readonly signers: readonly SignerParts[];
  /** A trust anchor's signature needs none. */
  readonly certificates: readonly Der[];
}

export interface SignerParts {
  /** Of the key that is to verify it. */
  readonly keyId: Uint8Array;
  /** Object identifiers; neither is among what is signed. */
  readonly digestAlgorithm: string;
  readonly signatureAlgorithm: string;
  /** A DER sequence of two integers. */
  readonly signature: Uint8Array;
}

/** Signed by a P-256 key with SHA-256. */
export function sealPackage(content: Uint8Array, metadata: FirmwareMetadata, key: Ec2Key): PackageParts {
  const digest = createHash('sha256').update(content).digest();
  const signer: SignerParts = {
    keyId: keyIdOf(key),
    digestAlgorithm: oid.sha256,
    signatureAlgorithm: oid.ecdsaWithSha256,
    signature: ecdsa(key, attributesOf({ metadata, digest })),
  };
  return { content, metadata, digest, signers: [signer], certificates: [] };
}

export function encodePackage({
  content,
  metadata,
  digest,
  signers,
  certificates,
}: PackageParts): Uint8Array {
  const digestAlgorithms = [...new Set(signers.map(({ digestAlgorithm }) => digestAlgorithm))];
  const signedData = sequence(
    integer(3n),
    setOf(...digestAlgorithms.map(algorithm)),
    sequence(objectId(oid.firmwarePackage), explicit(0, octets(content))),
    ...(certificates.length > 0 ? [implicit(0, setOf(...certificates))] : []),
    setOf(...signers.map((signer) => signerInfo(signer, attributesOf({ metadata, digest })))),
  );
  return sequence(objectId(oid.signedData), explicit(0, signedData));
}

/** SHA-1 of the public key (RFC 5280 §4.2.1.2), as most who make such packages have it. */
export function keyIdOf(key: Ec2Key): Uint8Array {
  return createHash('sha1').update(pointOf(key)).digest();
}

/** A bare certificate of the key, by itself: nobody has a reason to trust it. */
export function selfCertificate(key: Ec2Key): Der {
  const name = sequence();
  const extension = sequence(objectId(oid.subjectKeyIdentifier), octets(octets(keyIdOf(key))));
  const content = sequence(
    explicit(0, integer(2n)),
    integer(1n),
    algorithm(oid.ecdsaWithSha256),
    name,
    sequence(time('260101000000Z'), time('491231235959Z')),
    name,
    sequence(sequence(objectId(oid.ecPublicKey), objectId(oid.p256)), bits(pointOf(key))),
    explicit(3, sequence(extension)),
  );
  return sequence(content, algorithm(oid.ecdsaWithSha256), bits(ecdsa(key, content)));
}

/** As they are signed: a SET, without the tag [0] that they have in the package (RFC 5652 §5.4). */
function attributesOf({ metadata, digest }: Pick<PackageParts, 'metadata' | 'digest'>): Der {
  const { name, version, stale, hardware } = metadata;
  const preferred = sequence(objectId(name), integer(version));
  return setOf(
    attribute(oid.contentType, objectId(oid.firmwarePackage)),
    attribute(oid.messageDigest, octets(digest)),
    attribute(oid.packageId, sequence(preferred, ...(stale === undefined ? [] : [integer(stale)]))),
    attribute(oid.targetHardware, sequence(...hardware.map(objectId))),
  );
}

function signerInfo(signer: SignerParts, attributes: Der): Der {
  return sequence(
    integer(3n),
    implicit(0, octets(signer.keyId)),
    algorithm(signer.digestAlgorithm),
    implicit(0, attributes),
    algorithm(signer.signatureAlgorithm),
    octets(signer.signature),
  );
}

function attribute(type: string, value: Der): Der {
  return sequence(objectId(type), setOf(value));
}

function algorithm(id: string): Der {
  return sequence(objectId(id));
}

const es256 = -7;

function ecdsa(key: Ec2Key, message: Uint8Array): Der {
  const both = Buffer.from(signatureOf(es256, key, message)).toString('hex');
  const half = both.length / 2;
  return sequence(integer(BigInt(`0x${both.slice(0, half)}`)), integer(BigInt(`0x${both.slice(half)}`)));
}

/** The public key uncompressed. */
function pointOf({ x, y }: Ec2Key): Uint8Array {
  return Uint8Array.from([4, ...x, ...y]);
}
