/**
 * Group T: attacks that carry over to the format before SUIT, firmware packages of RFC 4108. Each names the attack on
 * SUIT envelopes that it is the counterpart of.
 *
 * @module
 */
import fc from 'fast-check';
import { encodePackage, keyIdOf, type PackageParts, sealPackage, selfCertificate } from '../cms/build.ts';
import { oid } from '../cms/registry.ts';
import type { Clause } from '../suit/clause.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { mustReject, mustRejectUnauthentic, shouldReject } from './expectation.ts';
import { distance, largestNumber, within } from './history.ts';
import { deliverPackage, deliverTo, type PackageScenario, packageScenario } from './package-scenario.ts';

const loading = (section: string): Clause => ({ doc: 'RFC4108', section });

const authentic = {
  group: 'T',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  on: { event: 'update', features: ['sign1-es256'] },
} as const;

export const truncatedPackage: Attack<{ bytes: number }> = {
  ...authentic,
  id: 'cms.truncate',
  handle: 'T01',
  family: 'malformed',
  change: 'as A01: cut the last k bytes of the package',
  by: 'network',
  threats: ['THREAT.NET.ONPATH'],
  expects: [mustReject(['not-well-formed', 'envelope-structure'], loading('1.2.3'))],
  choice: fc.record({ bytes: fc.integer({ min: 1, max: 4096 }) }),
  apply: changing((of, { bytes }) => {
    const whole = encodePackage(of.release);
    return whole.subarray(0, whole.length - 1 - ((bytes - 1) % (whole.length - 1)));
  }),
};

export const unsignedPackage: Attack<{ left: 'nobody' | 'nothing' }> = {
  ...authentic,
  id: 'cms.signer.absent',
  handle: 'T02',
  family: 'authentication',
  change: 'as B02: no signer, or one whose signature is empty',
  by: 'outsider',
  expects: [
    mustRejectUnauthentic(
      ['auth-missing', 'sig-invalid', 'not-well-formed', 'envelope-structure'],
      loading('2.1.2'),
    ),
  ],
  choice: fc.record({ left: fc.constantFrom('nobody', 'nothing') }),
  apply: changing(({ release }, { left }) => ({
    ...release,
    signers:
      left === 'nobody' ? [] : release.signers.map((one) => ({ ...one, signature: new Uint8Array(0) })),
  })),
};

const otherSignature = mustRejectUnauthentic(['sig-invalid', 'not-well-formed'], loading('1.2.3'));
// The two numbers stay what they are: nothing is forged, and a strict reader of DER refuses it all the same.
const otherForm = shouldReject(['sig-invalid', 'not-well-formed'], { doc: 'RFC5652', section: '5.3' });

export const packageSignatureFlip: Attack<{ bit: number }> = {
  ...authentic,
  id: 'cms.sig.flip',
  handle: 'T03',
  family: 'authentication',
  change: 'as C01: flip a bit of the signature: of its numbers (MR), or of the heads before them (SR)',
  by: 'outsider',
  expects: [otherSignature, otherForm],
  choice: fc.record({ bit: fc.nat({ max: 4095 }) }),
  apply(scenario, { bit }) {
    const of = packageScenario(scenario);
    const [signer] = of?.release.signers ?? [];
    if (of === undefined || signer === undefined) return undefined;
    const signature = flipped(signer.signature, bit);
    const isHead = headsOf(signer.signature).includes((bit % (8 * signature.length)) >> 3);
    const changed = { ...of.release, signers: [{ ...signer, signature }] };
    return deliverPackage(of, changed, isHead ? otherForm : otherSignature);
  },
};

/** Where tag and length of the sequence and of its two integers stand. */
function headsOf(signature: Uint8Array): readonly number[] {
  const second = 4 + (signature[3] ?? 0);
  return [0, 1, 2, 3, second, second + 1];
}

export const strangersPackage: Attack<{ named: 'author' | 'stranger'; certificate: boolean }> = {
  ...authentic,
  id: 'cms.key.untrusted',
  handle: 'T04',
  family: 'authentication',
  change:
    'as C23 and C31: signed by a key that is not trusted, under its own id or the author’s, its certificate inside',
  by: 'untrusted-key',
  expects: [mustRejectUnauthentic(['key-unknown', 'sig-invalid'], loading('1.2.3'))],
  choice: fc.record({ named: fc.constantFrom('stranger', 'author'), certificate: fc.boolean() }),
  apply: changing(({ image, metadata, author, stranger }, { named, certificate }) => {
    const release = sealPackage(image, metadata, stranger);
    const keyId = keyIdOf(named === 'author' ? author : stranger);
    return {
      ...release,
      signers: release.signers.map((one) => ({ ...one, keyId })),
      certificates: certificate ? [selfCertificate(stranger)] : [],
    };
  }),
};

const anotherImage = mustRejectUnauthentic(['manifest-digest-mismatch', 'sig-invalid'], {
  doc: 'RFC5652',
  section: '5.6',
});

export const otherContent: Attack<{ bit: number; longer: boolean }> = {
  ...authentic,
  id: 'cms.content.flip',
  handle: 'T05',
  family: 'integrity',
  change: 'as K01: flip a bit of the image, or add a byte to it',
  by: 'outsider',
  threats: ['THREAT.IMG.REPLACE'],
  expects: [anotherImage],
  choice: fc.record({ bit: fc.nat(), longer: fc.boolean() }),
  apply: changing(({ release }, { bit, longer }) => ({
    ...release,
    content:
      longer || release.content.length === 0
        ? Uint8Array.of(...release.content, 0)
        : flipped(release.content, bit),
  })),
};

export const otherAttributes: Attack<{ which: 'version' | 'stale' | 'hardware' }> = {
  ...authentic,
  id: 'cms.attribute.edit',
  handle: 'T06',
  family: 'integrity',
  change:
    'as A20: another version, stale version or hardware than was signed, so that the device would take it',
  by: 'outsider',
  threats: ['THREAT.MFST.MODIFICATION'],
  expects: [mustRejectUnauthentic(['sig-invalid'], loading('1.2.3'))],
  choice: fc.record({ which: fc.constantFrom('version', 'stale', 'hardware') }),
  apply: changing((of, { which }) => {
    const { metadata, image, author } = of;
    const signed = {
      version: { ...metadata, version: metadata.version + 1n },
      stale: { ...metadata, stale: 0n },
      hardware: { ...metadata, hardware: elsewhere(of) },
    };
    const made = sealPackage(image, signed[which], author);
    return which === 'stale' && metadata.stale === 0n ? undefined : { ...made, metadata };
  }),
};

export const stalePackage: Attack<{ gap: string; ahead: boolean }> = {
  ...authentic,
  id: 'cms.version.stale',
  handle: 'T07',
  family: 'rollback',
  change: 'as E01: an authentic version that a package loaded before has made stale',
  by: 'network',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [shouldReject(['sequence-rollback'], loading('1.2.3.2'))],
  choice: fc.record({ gap: distance, ahead: fc.boolean() }),
  apply(scenario, { gap, ahead }) {
    const of = packageScenario(scenario);
    if (of === undefined) return undefined;
    const { metadata, image, author, recipient } = of;
    const held = recipient.sequenceNumber;
    const below = within(gap, held ?? 0n);
    if (held !== undefined && below !== undefined && !ahead) {
      const version = held - below;
      return deliverPackage(of, sealPackage(image, { ...metadata, version, stale: 0n }, author));
    }
    const above = within(gap, largestNumber - metadata.version);
    if (above === undefined) return undefined;
    return deliverTo(of, { ...recipient, sequenceNumber: metadata.version + above }, of.release);
  },
};

export const foreignHardware: Attack<{ none: boolean }> = {
  ...authentic,
  id: 'cms.hardware.other',
  handle: 'T08',
  family: 'applicability',
  change: 'as H01: an authentic package for other hardware, or for none',
  by: 'author',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
  violates: ['REQ.SEC.COMPATIBLE'],
  expects: [mustReject(['class-mismatch'], loading('2.2.4'))],
  choice: fc.record({ none: fc.boolean() }),
  apply: changing((of, { none }) =>
    sealPackage(of.image, { ...of.metadata, hardware: none ? [] : elsewhere(of) }, of.author),
  ),
};

const otherNames = {
  digest: { digestAlgorithm: oid.sha1 },
  'longer-digest': { digestAlgorithm: oid.sha384 },
  signature: { signatureAlgorithm: oid.ecdsaWithSha1 },
  'longer-signature': { signatureAlgorithm: oid.ecdsaWithSha384 },
} as const;

export const mislabelledAlgorithm: Attack<{ which: keyof typeof otherNames }> = {
  ...authentic,
  id: 'cms.alg.mislabel',
  handle: 'T09',
  family: 'downgrade',
  change: 'as D07 and C15: the names of the algorithms, which nobody signs, say others than were used',
  by: 'outsider',
  expects: [
    mustRejectUnauthentic(['alg-unsupported', 'alg-disallowed', 'manifest-digest-mismatch', 'sig-invalid'], {
      doc: 'RFC5652',
      section: '5.6',
    }),
  ],
  choice: fc.record({
    which: fc.constantFrom('digest', 'longer-digest', 'signature', 'longer-signature'),
  }),
  apply: changing(({ release }, { which }) => ({
    ...release,
    signers: release.signers.map((one) => ({ ...one, ...otherNames[which] })),
  })),
};

export const packageAttacks: readonly AnyAttack[] = [
  truncatedPackage,
  unsignedPackage,
  packageSignatureFlip,
  strangersPackage,
  otherContent,
  otherAttributes,
  stalePackage,
  foreignHardware,
  mislabelledAlgorithm,
];

/** The scenario's package, changed. */
function changing<Choice>(
  change: (of: PackageScenario, choice: Choice) => PackageParts | Uint8Array | undefined,
): Attack<Choice>['apply'] {
  return (scenario, choice) => {
    const of = packageScenario(scenario);
    const changed = of && change(of, choice);
    return changed && deliverPackage(of, changed);
  };
}

/** Hardware that the device is not. */
function elsewhere({ metadata }: PackageScenario): readonly string[] {
  return metadata.hardware.map((one) => `${one}.1`);
}

/** `bit` is taken modulo their number. */
function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const at = bit % (bytes.length * 8);
  return bytes.with(at >> 3, (bytes[at >> 3] ?? 0) ^ (1 << (at & 7)));
}
