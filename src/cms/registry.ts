/**
 * Firmware packages of RFC 4108 as data: their object identifiers, what is signed beside the image, and how a device's
 * ids are written in them.
 *
 * @module
 */

/** RFC 4108 §2.1.2, §2.2; RFC 5652 §11; RFC 5754 §2, §3.3; RFC 5280 §4.2.1.2; RFC 5480 §2.1.1. */
export const oid = {
  signedData: '1.2.840.113549.1.7.2',
  firmwarePackage: '1.2.840.113549.1.9.16.1.16',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  packageId: '1.2.840.113549.1.9.16.2.35',
  targetHardware: '1.2.840.113549.1.9.16.2.36',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  ecdsaWithSha1: '1.2.840.10045.4.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecdsaWithSha384: '1.2.840.10045.4.3.3',
  ecPublicKey: '1.2.840.10045.2.1',
  p256: '1.2.840.10045.3.1.7',
  subjectKeyIdentifier: '2.5.29.14',
} as const;

export interface FirmwareMetadata {
  /** Object identifier of the package (§2.2.3). */
  readonly name: string;
  readonly version: bigint;
  /** All versions up to this one are stale; absent: none is. */
  readonly stale?: bigint;
  /** Object identifiers of the hardware modules (§2.2.4). */
  readonly hardware: readonly string[];
}

/** What a verifier that takes firmware packages claims among its revisions, and their attacks need. */
export const packageRevision = 'RFC 4108';

/** Below the number that is kept for examples (RFC 5612). */
const examples = '1.3.6.1.4.1.32473';

/** The name that the bench's packages have: one line of versions for a device. */
export const packageName = `${examples}.1`;

/** The hardware module type that stands for a class id of 16 bytes: its four quarters as numbers. */
export function hardwareOf(classId: Uint8Array): string {
  const view = new DataView(classId.buffer, classId.byteOffset, classId.byteLength);
  return [`${examples}.2`, ...[0, 4, 8, 12].map((at) => view.getUint32(at))].join('.');
}
