/**
 * Several envelopes at hand, of which the right one is the latest that is valid and authentic (draft §6.1).
 *
 * @module
 */
import { int } from '../cbor/item.ts';
import type { Signer } from '../cose/blocks.ts';
import type { Delivery } from '../device/delivery.ts';
import { setMember, setSequenceNumber } from '../suit/edit.ts';
import { type EnvelopeParts, encode, seal } from '../suit/parts.ts';
import { manifestKey } from '../suit/registry.ts';

/** An envelope beside the right one: an older release, a newer one by a stranger, or one of another version. */
export interface OtherEnvelope {
  readonly kind: 'older' | 'forged' | 'other-version';
  /** How far its number is from the right one's, as a decimal string; cut to the room there is. */
  readonly distance: string;
}

export interface Release {
  readonly parts: EnvelopeParts;
  readonly number: bigint;
  readonly signers: readonly Signer[];
  readonly strangers: readonly Signer[];
}

const largest = 2n ** 64n - 1n;

/** Those that can be made; each is other bytes than the right one. */
export function otherEnvelopes(
  { parts, number, signers, strangers }: Release,
  others: readonly OtherEnvelope[],
): readonly Uint8Array[] {
  return others.flatMap(({ kind, distance }) => {
    const by = kind === 'forged' ? strangers : signers;
    if (by.length === 0 || (kind === 'older' && number === 0n)) return [];
    const other = kind === 'older' ? number - upTo(distance, number) : above(number, distance);
    const numbered = setSequenceNumber(parts, other);
    const version = setMember(numbered.manifest, manifestKey.version, int(2));
    return [encode(seal(kind === 'other-version' ? { ...numbered, manifest: version } : numbered, by))];
  });
}

/** Not above 2^64 − 1, where no number is left the same one: what is not valid is not chosen for its number. */
function above(number: bigint, distance: string): bigint {
  return number === largest ? largest : number + upTo(distance, largest - number);
}

function upTo(distance: string, room: bigint): bigint {
  return 1n + ((BigInt(distance) - 1n) % room);
}

/** The delivery with all of them at hand, the right one in the place given; a stored one has no place. */
export function amongOthers(delivery: Delivery, others: readonly Uint8Array[], place: number): Delivery {
  if (others.length === 0) return delivery;
  const { envelope: right, ...rest } = delivery;
  if (right === undefined) return { ...rest, candidates: others };
  const [envelope, ...candidates] = others.toSpliced(place % (others.length + 1), 0, right);
  return { ...rest, ...(envelope && { envelope }), candidates };
}
