/**
 * Firmware packages of RFC 4108, which SUIT was to take the place of: CMS SignedData (RFC 5652) over the image itself,
 * with the package's name, version, stale version and target hardware as signed attributes. By pkijs and asn1js.
 *
 * @module
 */
import { createHash, webcrypto } from 'node:crypto';
import { fromBER, Integer, ObjectIdentifier, OctetString, Primitive, Sequence } from 'asn1js';
import {
  AlgorithmIdentifier,
  Attribute,
  Certificate,
  ContentInfo,
  CryptoEngine,
  EncapsulatedContentInfo,
  SignedAndUnsignedAttributes,
  SignedData,
  SignedDataVerifyError,
  SignerInfo,
  setEngine,
} from 'pkijs';
import { BenchError } from '../../bench-error.ts';
import type { Ec2Key } from '../../cose/key.ts';

// The types of the browser's, which Node.js has under other names.
type Engine = ConstructorParameters<typeof CryptoEngine>[0]['crypto'];
type Imported = Parameters<Certificate['subjectPublicKeyInfo']['importKey']>[0];

// pkijs looks for a browser's.
setEngine('node', new CryptoEngine({ name: 'node', crypto: webcrypto as Engine }));

/** Object identifiers: RFC 4108 §2.1.2, §2.2, RFC 5652 §11, RFC 5754 §2.2 and §3.3. */
const oid = {
  signedData: '1.2.840.113549.1.7.2',
  firmwarePackage: '1.2.840.113549.1.9.16.1.16',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  packageId: '1.2.840.113549.1.9.16.2.35',
  targetHardware: '1.2.840.113549.1.9.16.2.36',
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

export interface FirmwareMetadata {
  /** Object identifier of the package (§2.2.3). */
  readonly name: string;
  readonly version: number;
  /** All versions up to this one are stale. */
  readonly stale: number;
  /** Object identifiers of the hardware modules (§2.2.4). */
  readonly hardware: readonly string[];
}

/** Makes the package; `sign` gives r and s, 32 bytes each, for the bytes of the signed attributes. */
export function makePackage(
  payload: Uint8Array,
  { name, version, stale, hardware }: FirmwareMetadata,
  key: Ec2Key,
  sign: (message: Uint8Array) => Uint8Array,
): Uint8Array {
  const identifier = new Sequence({
    value: [new ObjectIdentifier({ value: name }), new Integer({ value: version })],
  });
  const attributes = [
    attribute(oid.contentType, new ObjectIdentifier({ value: oid.firmwarePackage })),
    attribute(oid.messageDigest, octets(createHash('sha256').update(payload).digest())),
    attribute(oid.packageId, new Sequence({ value: [identifier, new Integer({ value: stale })] })),
    attribute(
      oid.targetHardware,
      new Sequence({ value: hardware.map((value) => new ObjectIdentifier({ value })) }),
    ),
  ];
  // DER: a SET OF is in the order of its encodings (X.690 §11.6).
  const sorted = attributes.toSorted((a, b) =>
    Buffer.compare(Buffer.from(a.toSchema().toBER()), Buffer.from(b.toSchema().toBER())),
  );
  const signed = new SignedAndUnsignedAttributes({ type: 0, attributes: sorted });
  // RFC 5652 §5.4: signed is the encoding as a SET, not with the tag [0].
  const message = new Uint8Array(signed.toSchema().toBER());
  message[0] = 0x31;
  const both = sign(message);
  const signature = new Sequence({ value: [integer(both.slice(0, 32)), integer(both.slice(32))] });
  const signerInfo = new SignerInfo({
    version: 3,
    sid: new Primitive({ idBlock: { tagClass: 3, tagNumber: 0 }, valueHex: buffer(keyIdOf(key)) }),
    digestAlgorithm: new AlgorithmIdentifier({ algorithmId: oid.sha256 }),
    signedAttrs: signed,
    signatureAlgorithm: new AlgorithmIdentifier({ algorithmId: oid.ecdsaWithSha256 }),
    signature: new OctetString({ valueHex: signature.toBER() }),
  });
  const data = new SignedData({
    version: 3,
    digestAlgorithms: [new AlgorithmIdentifier({ algorithmId: oid.sha256 })],
    encapContentInfo: new EncapsulatedContentInfo({
      eContentType: oid.firmwarePackage,
      eContent: octets(payload),
    }),
    signerInfos: [signerInfo],
  });
  return new Uint8Array(
    new ContentInfo({ contentType: oid.signedData, content: data.toSchema(true) }).toSchema().toBER(),
  );
}

export interface FirmwarePackage {
  readonly signed: SignedData;
  readonly payload: Uint8Array;
  readonly version: number;
  readonly stale: number | undefined;
  readonly hardware: readonly string[];
}

/** Nothing verified yet. Throws what pkijs throws, or BenchError `cms`, where it is no firmware package. */
export function parsePackage(bytes: Uint8Array): FirmwarePackage {
  const read = fromBER(buffer(bytes));
  if (read.offset !== bytes.length) throw new BenchError('cms', 'no one BER value');
  const signed = new SignedData({ schema: new ContentInfo({ schema: read.result }).content });
  const { eContent, eContentType } = signed.encapContentInfo;
  if (eContentType !== oid.firmwarePackage || eContent === undefined)
    throw new BenchError('cms', 'the content is no firmware package');
  const identifier = attributeOf(signed, oid.packageId);
  const hardware = attributeOf(signed, oid.targetHardware);
  if (!(identifier instanceof Sequence) || !(hardware instanceof Sequence))
    throw new BenchError('cms', 'an attribute is missing');
  const [preferred, stale] = identifier.valueBlock.value;
  const version = preferred instanceof Sequence ? preferred.valueBlock.value[1] : undefined;
  if (!(version instanceof Integer)) throw new BenchError('cms', 'the package has no version');
  return {
    signed,
    payload: new Uint8Array(eContent.getValue()),
    version: version.valueBlock.valueDec,
    stale: stale instanceof Integer ? stale.valueBlock.valueDec : undefined,
    hardware: hardware.valueBlock.value.flatMap((one) =>
      one instanceof ObjectIdentifier ? [one.valueBlock.toString()] : [],
    ),
  };
}

export interface PackageRecipient {
  /** Of the author's key: a certificate that nobody signed, as pkijs takes keys in no other form. */
  readonly anchor: Certificate;
  /** As the packages installed have said: versions up to this one are not to be installed any more (§2.2.3). */
  readonly stale: number;
  readonly hardware: string;
}

export async function packageRecipient(
  key: Ec2Key,
  stale: number,
  hardware: string,
): Promise<PackageRecipient> {
  const { kty, crv, x, y } = key;
  const text = (part: Uint8Array): string => Buffer.from(part).toString('base64url');
  const jwk = { kty: kty === 'EC2' ? 'EC' : kty, crv, x: text(x), y: text(y) };
  const anchor = new Certificate();
  const imported = await webcrypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: crv }, true, [
    'verify',
  ]);
  await anchor.subjectPublicKeyInfo.importKey(imported as Imported);
  return { anchor, stale, hardware };
}

/** Undefined: accepted. Else why not; never throws. */
export async function verifyPackage(
  bytes: Uint8Array,
  { anchor, stale, hardware }: PackageRecipient,
): Promise<'malformed' | 'signature' | 'stale' | 'hardware' | undefined> {
  let found: FirmwarePackage;
  try {
    found = parsePackage(bytes);
  } catch {
    return 'malformed';
  }
  try {
    found.signed.certificates = [anchor];
    if (!(await found.signed.verify({ signer: 0 }))) return 'signature';
  } catch (thrown) {
    return thrown instanceof SignedDataVerifyError ? 'signature' : 'malformed';
  }
  if (found.version <= stale) return 'stale';
  return found.hardware.includes(hardware) ? undefined : 'hardware';
}

function attribute(type: string, value: ObjectIdentifier | OctetString | Sequence): Attribute {
  return new Attribute({ type, values: [value] });
}

function attributeOf({ signerInfos }: SignedData, type: string): unknown {
  return signerInfos[0]?.signedAttrs?.attributes.find((one) => one.type === type)?.values[0];
}

function octets(bytes: Uint8Array): OctetString {
  return new OctetString({ valueHex: buffer(bytes) });
}

/** Positive, whatever its first bit. */
function integer(bytes: Uint8Array): Integer {
  return Integer.fromBigInt(BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

/** SHA-1 of the public key (RFC 5280 §4.2.1.2), as pkijs looks for it. */
function keyIdOf({ x, y }: Ec2Key): Uint8Array {
  return createHash('sha1').update(Uint8Array.of(4)).update(x).update(y).digest();
}

function buffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
