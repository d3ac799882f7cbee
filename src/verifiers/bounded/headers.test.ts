import { describe, expect, it } from 'vitest';
import { array, bstr, type Entry, int, map, tag, tstr, wrapped } from '../../cbor/item.ts';
import { write } from '../../cbor/write.ts';
import { digestOf } from '../../cose/algorithms.ts';
import { makeBlock, signerOf } from '../../cose/blocks.ts';
import { authorEd25519 } from '../../cose/test-keys.ts';
import type { Decision } from '../../device/decision.ts';
import type { Session } from '../verifier.ts';
import { boundedVerifier } from './bounded.ts';
import { anchorOf } from './fixtures/device.ts';
import { programRecipient } from './fixtures/programs.ts';

const recipient = { ...programRecipient, anchors: [anchorOf(authorEd25519)] };

/** What nobody signs: the unprotected header. */
function decide(unprotected: readonly Entry[]): Decision {
  const manifest = bstr(Uint8Array.of(0xa0));
  const digest = array(int(-16), bstr(digestOf(-16, write(manifest))!));
  const block = makeBlock({ ...signerOf(authorEd25519), labels: unprotected }, write(digest));
  const wrapper: Entry = [int(2), wrapped(array(wrapped(digest), wrapped(block)))];
  const envelope = write(tag(107, map(wrapper, [int(3), manifest])));
  const session = boundedVerifier().open(recipient) as Session;
  return session.deliver({ event: 'update', envelope, payloads: [] }) as Decision;
}

const label = (i: number): Entry => [int(-70_000 - i), int(0)];
const labels = (count: number): readonly Entry[] => Array.from({ length: count }, (_, i) => label(i));
const large: Entry = [int(-60_000), array(...Array.from({ length: 2000 }, () => int(0)))];

describe('labels of a header map', () => {
  it('cost no more for how large the value before them is', () => {
    const steps = (entries: readonly Entry[]): number => decide(entries).cost?.steps ?? Number.NaN;
    const alone = steps([large]);
    expect(alone).toBeGreaterThan(2000);
    const ofLabels = steps(labels(30)) - steps([]);
    // Not once more for each label.
    expect(steps([large, ...labels(30)]) - alone).toBeLessThan(1.2 * ofLabels);
  });

  it('are unique, wherever the second of two stands', () => {
    const twice = [label(1), large, label(2), [tstr('a'), int(1)] as Entry, label(3), label(1)];
    expect(decide(twice)).toMatchObject({ reason: 'cbor-invalid' });
    expect(decide(twice.slice(0, -1))).not.toMatchObject({ reason: 'cbor-invalid' });
    expect(decide([label(1), label(1)])).toMatchObject({ reason: 'cbor-invalid' });
    expect(decide(labels(33))).toMatchObject({ reason: 'limit-count' });
  });
});
