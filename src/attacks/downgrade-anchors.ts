/**
 * An update whose image is the set of trust anchors (RFC 9124 §4.3.18; draft §8.4.2).
 *
 * What is in such a component is no concern of the manifest: whether an older set may come back is decided by its
 * sequence number alone.
 *
 * @module
 */
import fc from 'fast-check';
import { array, bstr, type Entry, type Item, int, map } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { type CoseKey, sameKey } from '../cose/key.ts';
import { type Recipient, type TrustAnchor, withState } from '../device/recipient.ts';
import type { RunStep } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import type { Attack } from './attack.ts';
import { attacked, fetchedImages } from './deliver.ts';
import { mustAccept } from './expectation.ts';
import { distance, imagesReplaced, largestNumber, updateOf, within } from './history.ts';
import { rolledBack } from './replay-altered.ts';

const isNewer = mustAccept(manifest('8.4.2'), { level: 'installed' });

/** A set of two anchors is installed, and is in force; then comes the older set, of one. */
export const anchorSet: Attack<{ how: 'lower' | 'higher'; gap: string }> = {
  id: 'downgrade.anchor-set',
  handle: 'G09',
  group: 'G',
  family: 'downgrade',
  change: 'older trust-anchor component; sequence lower (MR) or higher (MA)',
  by: 'author',
  threats: ['THREAT.KEY.EXPOSURE'],
  violates: ['REQ.SEC.KEY.ROTATION'],
  expects: [rolledBack, isNewer],
  on: { features: ['network', 'update', 'flat', 'two-anchors'] },
  choice: fc.record({ how: fc.constantFrom('lower', 'higher'), gap: distance }),

  apply(scenario, { how, gap }) {
    const found = updateOf(scenario);
    const [image, ...others] = fetchedImages(scenario);
    const { anchors } = scenario.recipient;
    const older = anchors.filter(({ key }) => scenario.signers.some((signer) => sameKey(signer.key, key)));
    const [newSet, oldSet] = [keySet(anchors), keySet(older)];
    if (!found || !image || others.length > 0 || scenario.images.length > 1) return undefined;
    if (!newSet || !oldSet || older.length === 0 || older.length === anchors.length) return undefined;

    const room = how === 'lower' ? found.number : largestNumber - found.number;
    const by = within(gap, room);
    if (by === undefined || found.number === largestNumber) return undefined;
    const recipient = withAnchors(found.recipient, older, newSet.length);
    const install = (number: bigint, bytes: Uint8Array, must: RunStep['must']) =>
      imagesReplaced(scenario, found.delivery, number, must, { others: [{ image, bytes }] });
    const first = install(found.number, newSet, 'accept');
    const again = install(found.number + 1n, newSet, 'accept');
    const judged = install(how === 'lower' ? found.number - by : found.number + by, oldSet, 'judged');
    if (!first?.after || !again || !judged) return undefined;
    // The device reads its anchors anew.
    const on = withState(withAnchors(recipient, anchors, 0), first.after);
    return attacked(
      { recipient, steps: [first, { ...again, on }] },
      { recipient, steps: [first, { ...judged, on }] },
      { expect: how === 'lower' ? rolledBack : isNewer },
    );
  },
};

/** The recipient with these anchors, and room for so many bytes. */
function withAnchors(recipient: Recipient, anchors: readonly TrustAnchor[], size: number): Recipient {
  const components = recipient.components.map((component) => ({
    ...component,
    capacity: Math.max(component.capacity, size),
  }));
  return { ...recipient, anchors, components };
}

/** A COSE_KeySet (RFC 9052 §7); undefined: a key of it is secret. */
function keySet(anchors: readonly TrustAnchor[]): Uint8Array | undefined {
  const keys = anchors.flatMap(({ key }) => publicKey(key) ?? []);
  return keys.length < anchors.length ? undefined : write(array(...keys));
}

const curveIds = { 'P-256': 1, 'P-384': 2, 'P-521': 3, Ed25519: 6 } as const;

/** RFC 9053 §7, RFC 8778 §3. */
function publicKey(key: CoseKey): Item | undefined {
  const member = (label: number, value: Item): Entry => [int(label), value];
  switch (key.kty) {
    case 'OKP':
      return map(member(1, int(1)), member(-1, int(curveIds[key.crv])), member(-2, bstr(key.x)));
    case 'EC2':
      return map(
        member(1, int(2)),
        member(-1, int(curveIds[key.crv])),
        member(-2, bstr(key.x)),
        member(-3, bstr(key.y)),
      );
    case 'HSS-LMS':
      return map(member(1, int(5)), member(-1, bstr(key.pub)));
    case 'Symmetric':
      return undefined;
  }
}
