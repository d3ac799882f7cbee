/**
 * Reads and verifies firmware packages of RFC 4108, which SUIT was to take the place of, by pkijs and asn1js.
 *
 * @module
 */
import { webcrypto } from 'node:crypto';
import { fromBER, Integer, ObjectIdentifier, Sequence } from 'asn1js';
import { Certificate, ContentInfo, CryptoEngine, SignedData, SignedDataVerifyError, setEngine } from 'pkijs';
import { BenchError } from '../../bench-error.ts';
import { type FirmwareMetadata, oid } from '../../cms/registry.ts';
import type { Ec2Key } from '../../cose/key.ts';

// The types of the browser's, which Node.js has under other names.
type Engine = ConstructorParameters<typeof CryptoEngine>[0]['crypto'];
type Imported = Parameters<Certificate['subjectPublicKeyInfo']['importKey']>[0];

// pkijs looks for a browser's.
setEngine('node', new CryptoEngine({ name: 'node', crypto: webcrypto as Engine }));

/** A key that pkijs can verify with: it takes keys in no other form. */
export type PackageAnchor = Certificate;

export interface FirmwarePackage {
  readonly signed: SignedData;
  readonly payload: Uint8Array;
  /** Signed, once the signature was verified. */
  readonly metadata: FirmwareMetadata;
}

/** Nothing verified yet. Throws what pkijs throws, or BenchError `cms`, where it is no firmware package. */
export function parsePackage(bytes: Uint8Array): FirmwarePackage {
  const read = fromBER(new Uint8Array(bytes).buffer);
  if (read.offset !== bytes.length) throw new BenchError('cms', 'no one BER value');
  const info = new ContentInfo({ schema: read.result });
  if (info.contentType !== oid.signedData) throw new BenchError('cms', 'no SignedData');
  const signed = new SignedData({ schema: info.content });
  const { eContent, eContentType } = signed.encapContentInfo;
  if (eContentType !== oid.firmwarePackage || eContent === undefined)
    throw new BenchError('cms', 'the content is no firmware package');
  return { signed, payload: new Uint8Array(eContent.getValue()), metadata: metadataOf(signed) };
}

/** Where nobody signed there is none: what is signed and what is not stands in the same place (§2.1.2.1). */
function metadataOf(signed: SignedData): FirmwareMetadata {
  if (signed.signerInfos.length === 0) return { name: '', version: 0n, hardware: [] };
  const identifier = attributeOf(signed, oid.packageId);
  const hardware = attributeOf(signed, oid.targetHardware);
  if (!(identifier instanceof Sequence) || !(hardware instanceof Sequence))
    throw new BenchError('cms', 'an attribute is missing');
  const [preferred, stale] = identifier.valueBlock.value;
  const [name, version] = preferred instanceof Sequence ? preferred.valueBlock.value : [];
  if (!(name instanceof ObjectIdentifier) || !(version instanceof Integer))
    throw new BenchError('cms', 'the package has no name and version');
  return {
    name: name.valueBlock.toString(),
    version: version.toBigInt(),
    ...(stale instanceof Integer && { stale: stale.toBigInt() }),
    hardware: hardware.valueBlock.value.flatMap((one) =>
      one instanceof ObjectIdentifier ? [one.valueBlock.toString()] : [],
    ),
  };
}

const anchors = new WeakMap<Ec2Key, Promise<PackageAnchor>>();

/** Made once for as long as the key object lives. */
export function anchorOf(key: Ec2Key): Promise<PackageAnchor> {
  const known = anchors.get(key) ?? makeAnchor(key);
  anchors.set(key, known);
  return known;
}

async function makeAnchor({ kty, crv, x, y }: Ec2Key): Promise<PackageAnchor> {
  const text = (part: Uint8Array): string => Buffer.from(part).toString('base64url');
  const jwk = { kty: kty === 'EC2' ? 'EC' : kty, crv, x: text(x), y: text(y) };
  const algorithm = { name: 'ECDSA', namedCurve: crv };
  const imported = await webcrypto.subtle.importKey('jwk', jwk, algorithm, true, ['verify']);
  const anchor = new Certificate();
  await anchor.subjectPublicKeyInfo.importKey(imported as Imported);
  return anchor;
}

/** The content-type attribute names what the content is (RFC 5652 §11.1), and is what pkijs does not compare. */
export type Refusal = 'unsigned' | 'algorithm' | 'unknown-key' | 'content-type' | 'digest' | 'signature';

/** By exactly one signer whose key is an anchor's, over exactly this content; undefined: it is. Never throws. */
export async function refusalOf(
  { signed }: FirmwarePackage,
  anchors: readonly PackageAnchor[],
): Promise<Refusal | undefined> {
  const [signer, ...more] = signed.signerInfos;
  if (signer === undefined || more.length > 0) return 'unsigned';
  const { digestAlgorithm, signatureAlgorithm } = signer;
  if (digestAlgorithm.algorithmId !== oid.sha256 || signatureAlgorithm.algorithmId !== oid.ecdsaWithSha256)
    return 'algorithm';
  const type = attributeOf(signed, oid.contentType);
  if (!(type instanceof ObjectIdentifier) || type.valueBlock.toString() !== oid.firmwarePackage)
    return 'content-type';
  // Not those of the package: whoever made it chose them.
  signed.certificates = [...anchors];
  try {
    return (await signed.verify({ signer: 0 })) ? undefined : 'signature';
  } catch (thrown) {
    return thrown instanceof SignedDataVerifyError ? inOwnWords(thrown) : 'signature';
  }
}

/** pkijs has a code of its own for a key that it does not find, and words for a digest. */
function inOwnWords({ code, message }: SignedDataVerifyError): Refusal {
  if (code === 3) return 'unknown-key';
  return message.includes('digest') ? 'digest' : 'signature';
}

function attributeOf({ signerInfos }: SignedData, type: string): unknown {
  return signerInfos[0]?.signedAttrs?.attributes.find((one) => one.type === type)?.values[0];
}
