/**
 * Group G: an authentic manifest, or a valid block, that is weaker than what the recipient may accept. Also the
 * releases of other numbers that the histories of groups E and F are made of.
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import { array, type CborMap, type Entry, int, isInt, map, tstr, valueAt, wrapped } from '../cbor/item.ts';
import { signerOf } from '../cose/blocks.ts';
import { authorHmac } from '../cose/test-keys.ts';
import type { Payload } from '../device/delivery.ts';
import type { Recipient } from '../device/recipient.ts';
import { before, type RunStep, type Scenario } from '../scenarios/scenario.ts';
import { componentItem } from '../suit/build.ts';
import { manifest } from '../suit/clause.ts';
import { removeMember, sequenceOf, setMember, withSequence } from '../suit/edit.ts';
import { type EnvelopeParts, seal } from '../suit/parts.ts';
import { commandCode, manifestKey, parameterKey } from '../suit/registry.ts';
import { type AnyAttack, type Attack, type Expectation, inDimension } from './attack.ts';
import { alter, attacked, defaultEvent, deliverEnvelope, reissue } from './deliver.ts';
import { anchorSet } from './downgrade-anchors.ts';
import { eitherAnswer, mustAccept, mustReject, mustRejectUnauthentic } from './expectation.ts';
import { imageDigest, largestNumber, otherImage, releaseAt, stepWith, updateOf } from './history.ts';
import { addedNeeds } from './twin.ts';

const badVersion = mustReject(['version-unsupported', 'version-missing'], manifest('8.4.1'));
const noVersion = mustReject(['version-missing', 'version-unsupported'], manifest('6.1'));

/** The manifest names a version that is not 1, or none. */
export const otherVersion: Attack<{ version: string }> = {
  id: 'downgrade.version',
  handle: 'G01',
  group: 'G',
  family: 'downgrade',
  change: 'manifest-version 0, 2, 255, 2^32+1, 2^64−1, −1, absent',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [badVersion, noVersion],
  choice: fc.record({
    version: fc.constantFrom('0', '2', '255', String(2n ** 32n + 1n), String(largestNumber), '-1', 'absent'),
  }),

  apply(scenario, { version }) {
    const absent = version === 'absent';
    const change = (m: CborMap) =>
      absent ? removeMember(m, manifestKey.version) : setMember(m, manifestKey.version, int(BigInt(version)));
    const expect = absent ? noVersion : badVersion;
    return reissue(scenario, (parts) => ({ ...parts, manifest: change(parts.manifest) }), { expect });
  },
};

/** Sections under the labels of an older draft, where 9 was install. */
export const olderDraft: Attack<{ validate: boolean }> = {
  id: 'downgrade.old-draft',
  handle: 'G02',
  group: 'G',
  family: 'downgrade',
  change: 'labels of an older draft under version 1 (9 was install, is invoke); ⊘ invoke during update',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [eitherAnswer(['command-unsupported'], manifest('8.4.1'), { prohibits: [{ kind: 'invoke' }] })],
  on: { features: ['update'] },
  choice: fc.record({ validate: fc.boolean() }),

  apply(scenario, { validate }) {
    const install = sequenceOf(scenario.release, 'install');
    if (install === undefined || defaultEvent(scenario) !== 'update') return undefined;
    const validates = sequenceOf(scenario.release, 'validate') !== undefined;
    const made = reissue(scenario, (parts) => {
      const bare = [manifestKey.install, manifestKey.invoke].reduce(removeMember, parts.manifest);
      const labelled = setMember(bare, 9, wrapped(install));
      const moved = valueAt(labelled, manifestKey.validate);
      return {
        ...parts,
        manifest:
          validate && moved ? setMember(removeMember(labelled, manifestKey.validate), 10, moved) : labelled,
        members: parts.members.filter(([key]) => !isInt(key, manifestKey.install)),
      };
    });
    // What validate finds in place was not installed; under its older label it is unknown.
    const moved = validate ? 'validate is unknown' : 'validate is run';
    return inDimension(made, validates ? moved : 'nothing is validated');
  },
};

const bothDemanded = mustRejectUnauthentic(['threshold-unmet'], {
  doc: 'information-model',
  section: '4.3.11',
});
const oneIsEnough = mustAccept(manifest('C.1'));

/** One of two good blocks is dropped on the way. */
export const strippedBlock: Attack<{ dropped: number; demanded: boolean }> = {
  id: 'downgrade.alg.strip-strong',
  handle: 'G03',
  group: 'G',
  family: 'downgrade',
  change: 'drop the strong of two blocks: policy demands it (MR) or not (MA)',
  by: 'outsider',
  threats: ['THREAT.UPD.UNAPPROVED'],
  violates: ['REQ.SEC.RIGHTS', 'REQ.USE.MFST.MULTI_AUTH'],
  expects: [bothDemanded, oneIsEnough],
  on: { features: ['both-sign'] },
  choice: fc.record({ dropped: fc.nat({ max: 1 }), demanded: fc.boolean() }),

  apply(scenario, { dropped, demanded }) {
    const { blocks } = scenario.release;
    if (scenario.signers.length !== 2 || blocks.length !== 2) return undefined;
    const stripped = { ...scenario.release, blocks: blocks.toSpliced(dropped % 2, 1) };
    if (!demanded && scenario.recipient.policy.kind !== 'any') return undefined;
    if (!demanded) return alter(scenario, () => stripped, { expect: oneIsEnough });
    const found = before(scenario, defaultEvent(scenario));
    if (found === undefined) return undefined;
    const recipient: Recipient = { ...found.recipient, policy: { kind: 'at-least', count: 2 } };
    const control = { recipient, steps: [stepWith(found.delivery, scenario.release, 'accept')] };
    const steps = [stepWith(found.delivery, stripped, 'judged')];
    return attacked(control, { recipient, steps }, { expect: bothDemanded });
  },
};

const twins: Readonly<Record<number, number>> = { [-19]: -8, [-8]: -19, [-9]: -7, [-7]: -9 };

/** The rightful key signs with an algorithm that its anchor does not list. */
export const unlistedAlgorithm: Attack<null> = {
  id: 'downgrade.alg.profile',
  handle: 'G04',
  group: 'G',
  family: 'downgrade',
  change: 'trusted party signs with an alg the device knows but does not allow for that anchor',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [mustReject(['alg-disallowed'], { doc: 'cose', section: '7.1' })],
  on: { features: ['sign1'] },
  choice: fc.constant(null),

  apply(scenario) {
    const signers = scenario.signers.map((s) => ({ ...s, algorithm: twins[s.algorithm] ?? s.algorithm }));
    const listed = new Set(scenario.recipient.anchors.flatMap((anchor) => anchor.algorithms));
    if (signers.length === 0 || signers.some((s) => listed.has(s.algorithm))) return undefined;
    return deliverEnvelope(scenario, seal(scenario.release, signers));
  },
};

/** A device's MAC key, which has no author's rights, makes the block. */
export const macForSignature: Attack<{ kidIn: 'protected' | 'unprotected' }> = {
  id: 'downgrade.alg.mac-for-sig',
  handle: 'G05',
  group: 'G',
  family: 'downgrade',
  change: 'policy: signatures only; valid Mac0 by holder of a device MAC key',
  by: 'lesser-rights',
  threats: ['THREAT.UPD.UNAPPROVED'],
  violates: ['REQ.SEC.RIGHTS'],
  expects: [mustReject(['alg-disallowed', 'key-usage'], { doc: 'information-model', section: '4.3.11' })],
  on: { features: ['sign1'] },
  choice: fc.record({ kidIn: fc.constantFrom('unprotected', 'protected') }),

  apply(scenario, { kidIn }) {
    const found = before(scenario, defaultEvent(scenario));
    const { anchors } = scenario.recipient;
    if (found === undefined || anchors.some((anchor) => anchor.key.kty === 'Symmetric')) return undefined;
    const kid = authorHmac.kid && { kid: authorHmac.kid };
    const recipient: Recipient = {
      ...found.recipient,
      anchors: [...anchors, { ...kid, key: authorHmac, algorithms: [5], roles: ['distributor'] }],
      policy: { kind: 'roles', roles: ['author'] },
    };
    const control = { recipient, steps: [stepWith(found.delivery, scenario.release, 'accept')] };
    const forged = seal(scenario.release, [signerOf(authorHmac, kidIn)]);
    return attacked(control, { recipient, steps: [stepWith(found.delivery, forged, 'judged')] });
  },
};

/** A release of an older firmware version, but of a higher number. */
export const olderFirmware: Attack<null> = {
  id: 'downgrade.component',
  handle: 'G08',
  group: 'G',
  family: 'downgrade',
  change: 'firmware version lower, sequence higher, no version condition',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.IMG.VERSIONS'],
  expects: [mustAccept({ doc: 'information-model', section: '4.3.1' })],
  on: { features: ['update', 'network'] },
  choice: fc.constant(null),

  apply(scenario) {
    const found = updateOf(scenario);
    const first = found && releaseAt(scenario, found.number, (parts) => withVersion(scenario, parts, '2.0'));
    if (found === undefined || first === undefined || found.number >= largestNumber) return undefined;
    const second = (version: string, must: RunStep['must']) =>
      otherImage(scenario, found.delivery, found.number + 1n, must, (parts) =>
        withVersion(scenario, parts, version),
      );
    const newer = second('3.0', 'accept');
    const older = second('1.0', 'judged');
    if (newer === undefined || older === undefined) return undefined;
    const installed = stepWith(found.delivery, first, 'accept');
    const { recipient } = found;
    return attacked({ recipient, steps: [installed, newer] }, { recipient, steps: [installed, older] });
  },
};

/** The manifest with a text that gives the first image's version, and with no other text. */
function withVersion(scenario: Scenario, parts: EnvelopeParts, version: string): EnvelopeParts {
  const component = scenario.recipient.components[scenario.images[0]?.recipientComponent ?? 0];
  const named: Entry = [componentItem(component?.identifier ?? []), map([int(6), tstr(version)])];
  return {
    ...parts,
    manifest: setMember(parts.manifest, manifestKey.text, wrapped(map([tstr('en'), map(named)]))),
    members: parts.members.filter(([key]) => !isInt(key, manifestKey.text)),
  };
}

const weakUri = 'https://vendor.example/weak.bin';
const forced: Expectation = eitherAnswer(['image-mismatch', 'directive-failed'], manifest('8.4.10.2'), {
  prohibits: [{ kind: 'wrong-image' }],
});

/** The network spoils the image of a try-each's first branch, so that the second is taken. */
export const forcedBranch: Attack<{ longer: boolean }> = {
  id: 'downgrade.forced-branch',
  handle: 'G10',
  group: 'G',
  family: 'downgrade',
  change:
    "network alters the strong branch's payload: image-match fails softly and the weak branch runs, or a fetch that checks the digest itself aborts",
  by: 'network',
  threats: ['THREAT.NET.ONPATH'],
  violates: [],
  expects: [forced],
  on: { features: ['update', 'network'] },
  choice: fc.record({ longer: fc.boolean() }),

  apply(scenario, { longer }) {
    const found = updateOf(scenario);
    const [image, ...others] = scenario.images;
    const { uri, bytes } = image ?? {};
    if (!found || !image || !uri || !bytes || others.length > 0) return undefined;
    if (!found.delivery.delivery.payloads.some((payload) => payload.uri === uri)) return undefined;
    if (
      scenario.needs.commands.includes(commandCode.copy) ||
      sequenceOf(scenario.release, 'install') === undefined
    )
      return undefined;
    const weak = bytes.map((byte) => byte ^ 0x55);
    const branch = (...values: Entry[]) =>
      wrapped(array(int(20), map(...values), int(21), int(0), int(3), int(0)));
    const strongBranch = branch([int(parameterKey.uri), tstr(uri)]);
    const weakBranch = branch([int(3), imageDigest(weak, -16)], [int(parameterKey.uri), tstr(weakUri)]);
    const install = array(int(12), int(image.component), int(15), array(strongBranch, weakBranch));
    const parts = releaseAt(scenario, found.number, (p) => withSequence(p, 'install', () => install));
    if (parts === undefined) return undefined;
    const serving = (served: Uint8Array): Payload[] => [
      { uri, kind: 'bytes', bytes: served },
      { uri: weakUri, kind: 'bytes', bytes: weak },
    ];
    const spoilt = bytes.map((byte) => byte ^ 0xff);
    const served = longer ? Uint8Array.of(...spoilt, 0) : spoilt;
    const { recipient, delivery } = found;
    const contents = delivery.after.contents.map((slots) =>
      slots.map((c) => (c.kind === 'bytes' && equalBytes(c.bytes, bytes) ? { ...c, bytes: weak } : c)),
    );
    const made = attacked(
      { recipient, steps: [stepWith(delivery, parts, 'accept', { payloads: serving(bytes) })] },
      { recipient, steps: [stepWith(delivery, parts, 'judged', { payloads: serving(served), contents })] },
    );
    // A fetch may stop at the size; what validate finds in place is not the strong image.
    const stops = longer && scenario.needs.parameters.includes(parameterKey.imageSize);
    const isChecked = sequenceOf(scenario.release, 'validate') !== undefined;
    return inDimension(
      { ...made, needs: addedNeeds([parts]) },
      `${stops ? 'the size is wrong' : 'the digest is wrong'}, ${isChecked ? 'validate is run' : 'nothing is validated'}`,
    );
  },
};

export const downgradeAttacks: readonly AnyAttack[] = [
  otherVersion,
  olderDraft,
  strippedBlock,
  unlistedAlgorithm,
  macForSignature,
  olderFirmware,
  forcedBranch,
  anchorSet,
];
