import { describe, expect, it } from 'vitest';
import { encodePackage, type PackageParts, sealPackage, selfCertificate } from '../../cms/build.ts';
import { packageName } from '../../cms/registry.ts';
import type { Ec2Key } from '../../cose/key.ts';
import { authorP256, strangerP256 } from '../../cose/test-keys.ts';
import { anchorOf, parsePackage, refusalOf } from './cms.ts';

const hardware = '1.3.6.1.4.1.32473.2.4294967295.0.1.2';
const metadata = { name: packageName, version: 2n ** 64n - 1n, stale: 2n ** 63n, hardware: [hardware] };
const payload = new Uint8Array(300).fill(7);
const author = authorP256 as Ec2Key;
const stranger = strangerP256 as Ec2Key;
const sealed = sealPackage(payload, metadata, author);

async function refusal(parts: PackageParts) {
  return refusalOf(parsePackage(encodePackage(parts)), [await anchorOf(author)]);
}

describe('a firmware package', () => {
  it('is read back, with numbers of 64 bits', () => {
    expect(parsePackage(encodePackage(sealed))).toMatchObject({ payload, metadata });
    const { stale: _none, ...fresh } = metadata;
    expect(parsePackage(encodePackage({ ...sealed, metadata: fresh })).metadata).toEqual(fresh);
  });

  it('is refused for what is wrong with it, in words of its own', async () => {
    const [signer] = sealed.signers;
    expect(await refusal(sealed)).toBeUndefined();
    expect(await refusal({ ...sealed, signers: [] })).toBe('unsigned');
    expect(await refusal({ ...sealed, signers: [signer!, signer!] })).toBe('unsigned');
    expect(await refusal(sealPackage(payload, metadata, stranger))).toBe('unknown-key');
    expect(await refusal({ ...sealed, content: payload.with(0, 8) })).toBe('digest');
    expect(await refusal({ ...sealed, metadata: { ...metadata, version: 1n } })).toBe('signature');
    expect(await refusal({ ...sealed, signers: [{ ...signer!, digestAlgorithm: '1.2.3' }] })).toBe(
      'algorithm',
    );
    const bytes = encodePackage(sealed);
    expect(() => parsePackage(Uint8Array.of(...bytes, 0))).toThrow();
    expect(() => parsePackage(bytes.subarray(1))).toThrow();
    expect(() => parsePackage(new Uint8Array(0))).toThrow();
  });

  it('is not trusted for a certificate that it brings itself', async () => {
    const brought = {
      ...sealPackage(payload, metadata, stranger),
      certificates: [selfCertificate(stranger)],
    };
    const found = parsePackage(encodePackage(brought));
    // What the package says alone would do.
    expect(await found.signed.verify({ signer: 0 })).toBe(true);
    expect(await refusalOf(found, [await anchorOf(author)])).toBe('unknown-key');
  });
});
