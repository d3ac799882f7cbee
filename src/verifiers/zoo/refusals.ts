/**
 * Animals that refuse, or answer otherwise, what they must take as it is (draft §8.3, §8.4.2, §7.5; RFC 9124 §4.3.1).
 *
 * @module
 */
import { toHex } from '../../cbor/hex.ts';
import type { Content } from '../../device/recipient.ts';
import { bad } from '../../suit/problem.ts';
import { authenticate, authenticationBlocks } from '../reference/authenticate.ts';
import { commit } from '../reference/procedure.ts';
import { defaultRules } from '../reference/rules.ts';
import type { Device, Work } from '../reference/work.ts';
import { animal } from './animal.ts';
import { insertBefore, replaceStep } from './steps.ts';

const { algorithmFits, payloadFrom } = defaultRules;

/** What each component holds when the update is done, in order. */
function contents(work: Work): readonly string[] {
  return work.device.recipient.components.map(({ current }, i) => textOf(work.staged.read(i, current)));
}

function heldBefore(work: Work): readonly string[] {
  return work.device.recipient.components.map(({ current, slots }) =>
    textOf(slots[current] ?? { kind: 'empty' }),
  );
}

function textOf(content: Content): string {
  return content.kind === 'bytes' ? toHex(content.bytes) : content.kind;
}

/** The version that the text gives, where it is one digit and a zero. */
function versionOf(work: Work): number | undefined {
  const found = /[^0-9.]([0-9])\.0(?![0-9.])/.exec(Buffer.from(work.bytes).toString('latin1'));
  return found === null ? undefined : Number(found[1]);
}

/** Refuses an update that brings back contents, or a version, that the device has left behind. */
function neverBack(): (work: Work) => ReturnType<typeof commit> {
  const past = new WeakMap<Device, { readonly left: Set<string>; held: string; version: number }>();
  return (work) => {
    if (work.delivery.event !== 'update') return undefined;
    const now = contents(work).join();
    const version = versionOf(work) ?? 0;
    const before = past.get(work.device) ?? { left: new Set(), held: heldBefore(work).join(), version: 0 };
    past.set(work.device, before);
    if (before.left.has(now) || version < before.version)
      return bad('image-mismatch', 'the device has had that').problem;
    if (before.held !== now) before.left.add(before.held);
    before.held = now;
    before.version = version;
    return undefined;
  };
}

function onlyOnce(): (work: Work) => ReturnType<typeof commit> {
  const booted = new WeakMap<Device, bigint>();
  return (work) => {
    if (work.delivery.event !== 'boot') return undefined;
    if (booted.get(work.device) === work.sequenceNumber)
      return bad('sequence-policy', 'it has been booted').problem;
    booted.set(work.device, work.sequenceNumber);
    return undefined;
  };
}

export const refusalAnimals = [
  animal(
    'Z318',
    'wants-every-anchor-to-sign',
    'Each trust anchor must have signed, whatever the policy says.',
    ['env.auth.strip-redundant'],
    {
      steps: (steps) =>
        replaceStep(steps, authenticate, (work) => {
          const blocks = authenticationBlocks(work);
          const tooFew = blocks.ok && blocks.value.length < work.device.recipient.anchors.length;
          return tooFew ? bad('threshold-unmet', 'not all have signed').problem : authenticate(work);
        }),
    },
  ),
  animal(
    'Z319',
    'refuses-prefetched-payloads',
    'A payload of the envelope under a URI of the network is an error.',
    ['fetch.shadow', 'diff.same-meaning'],
    {
      rules: {
        payloadFrom: (uri, integrated, schemes) =>
          integrated.has(uri) && !uri.startsWith('#')
            ? 'uri-rejected'
            : payloadFrom(uri, integrated, schemes),
      },
    },
  ),
  animal(
    'Z320',
    'never-goes-back',
    'An image or a version that the device has left behind is refused, though the author wants it back.',
    ['rollback.payload-as-old', 'downgrade.component'],
    { steps: (steps) => insertBefore(steps, commit, neverBack()) },
  ),
  animal(
    'Z323',
    'boots-once',
    'A manifest that has been booted is not booted again.',
    ['replay.same.invoke', 'diff.repeat'],
    { steps: (steps) => insertBefore(steps, commit, onlyOnce()) },
  ),
  animal(
    'Z321',
    'counts-replays',
    'The same manifest once more raises the stored number.',
    ['replay.same.update'],
    { rules: { committed: (stored, offered) => (stored === offered ? offered + 1n : offered) } },
  ),
  animal(
    'Z460',
    'refuses-keys-that-are-bound',
    'A key that is bound to the algorithm that it is used with is refused as one that is bound to another.',
    ['cose.alg.key-bound'],
    {
      rules: {
        algorithmFits: (algorithm, anchor, structure) =>
          anchor.key.alg === undefined ? algorithmFits(algorithm, anchor, structure) : 'key-usage',
      },
    },
  ),
];
