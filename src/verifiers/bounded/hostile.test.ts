import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { array, bstr, type Entry, int, map, tag, tstr, wrapped } from '../../cbor/item.ts';
import { write } from '../../cbor/write.ts';
import { digestOf } from '../../cose/algorithms.ts';
import { makeBlock, signerOf } from '../../cose/blocks.ts';
import { authorHmac } from '../../cose/test-keys.ts';
import type { Decision } from '../../device/decision.ts';
import { stateOf } from '../../device/recipient.ts';
import { equalState } from '../../device/state.ts';
import { manifestItem } from '../../suit/build.ts';
import type { Session } from '../verifier.ts';
import { boundedVerifier } from './bounded.ts';
import { anchorOf } from './fixtures/device.ts';
import { arbitraryProgram, integrated, programPayloads, programRecipient } from './fixtures/programs.ts';

const recipient = { ...programRecipient, anchors: [anchorOf(authorHmac)] };
const author = signerOf(authorHmac);

/** An envelope around whatever bytes, signed by the author: what an evil or broken author can send. */
function sealed(manifest: Uint8Array): Uint8Array {
  const digest = array(int(-16), bstr(digestOf(-16, write(bstr(manifest)))!));
  const blocks = [wrapped(makeBlock(author, write(digest)))];
  const members: Entry[] = integrated.map(([key, value]) => [tstr(key), bstr(value)]);
  const wrapper: Entry = [int(2), wrapped(array(wrapped(digest), ...blocks))];
  return write(tag(107, map(wrapper, [int(3), bstr(manifest)], ...members)));
}

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 3 }),
    fc
      .constantFrom(0x0c, 0x0f, 0x14, 0x15, 0x16, 0x17, 0x18, 0x20, 0xf5, 0xf6, 0x80, 0x40)
      .map((b) => Uint8Array.of(b)),
  ),
});

/** The bytes of a manifest that runs, with some of them replaced. */
const mutated = fc.tuple(arbitraryProgram, fc.array(edit, { maxLength: 3 })).map(([manifest, edits]) => {
  const bytes = write(manifestItem(manifest));
  for (const { at, bytes: put } of edits) {
    const offset = Math.floor(at * bytes.length);
    bytes.set(put.subarray(0, bytes.length - offset), offset);
  }
  return bytes;
});

const anyManifest = fc.oneof(
  { weight: 6, arbitrary: mutated },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
);

describe('the bounded verifier and signed nonsense', () => {
  it('decides within its arena and its steps, alike each time, and keeps its state where it refuses', () => {
    const ends: Record<string, number> = {};
    fc.assert(
      fc.property(
        anyManifest,
        fc.integer({ min: 0, max: 800 }),
        fc.constantFrom('update', 'boot'),
        (bytes, arenaBytes, event) => {
          const envelope = sealed(bytes);
          const maxSteps = 5000;
          const decide = () => {
            const session = boundedVerifier({ arenaBytes, maxSteps }).open(recipient) as Session;
            return session.deliver({
              event: event as 'update',
              envelope,
              payloads: programPayloads,
            }) as Decision;
          };
          const decision = decide();
          expect(decision.cost!.highWaterBytes!).toBeLessThanOrEqual(arenaBytes);
          expect(decision.cost!.steps!).toBeLessThanOrEqual(maxSteps);
          expect(decide()).toEqual(decision);
          const end = decision.kind === 'rejected' ? decision.reason! : decision.kind;
          ends[end] = (ends[end] ?? 0) + 1;
          if (decision.kind === 'accepted') return;
          expect(equalState(decision.state!.full!, stateOf(recipient))).toBe(true);
          expect(decision.reason === 'limit-memory').toBe(decision.cost!.wantedBytes !== undefined);
          if (decision.reason === 'limit-memory')
            expect(decision.cost!.wantedBytes!).toBeGreaterThan(arenaBytes);
        },
      ),
      { numRuns: 1500, seed: 5 },
    );
    // The edits reach every part: form, commands, execution, and the ceiling.
    for (const end of [
      'accepted',
      'limit-memory',
      'not-well-formed',
      'abort',
      'source-missing',
      'image-mismatch',
    ]) {
      expect([end, (ends[end] ?? 0) > 0]).toEqual([end, true]);
    }
  });
});
