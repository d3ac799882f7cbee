import { describe, expect, it } from 'vitest';
import { digestOf } from '../cose/algorithms.ts';
import type { Command, Parameters } from '../suit/model.ts';
import { commandCode as code } from '../suit/registry.ts';
import { contentOf, startWalk, walkProcedure } from './walk.ts';

const image = Uint8Array.of(1, 2, 3);
const imageDigest = { algorithm: -16, bytes: digestOf(-16, image)! };
const other = { algorithm: -16, bytes: digestOf(-16, Uint8Array.of(4))! };
const uri = 'http://example.com/image';

const set = (parameters: Parameters): Command => ({ kind: 'overrideParameters', parameters });
const select = (index: number | true): Command => ({ kind: 'setComponentIndex', index });
const check = (of: number): Command => ({ kind: 'condition', code: of, policy: 0 });
const act = (of: number): Command => ({ kind: 'directive', code: of, policy: 0 });
const tryEach = (...branches: (Command[] | null)[]): Command => ({ kind: 'tryEach', branches });
const run = (...commands: Command[]): Command => ({ kind: 'runSequence', commands });

function walk(commands: Command[], options: { assumes?: boolean; payloads?: [string, Uint8Array][] } = {}) {
  const state = startWalk(2, { assumes: options.assumes ?? false, payloads: new Map(options.payloads) });
  return { ends: walkProcedure(state, [], [commands]), state, contents: state.components.map(contentOf) };
}

describe('walkProcedure', () => {
  it('assumes what is fetched to be what its digest says, and fails where another is wanted then', () => {
    const fetch = [set({ imageDigest, imageSize: 3n, uri }), act(code.fetch)];
    const good = walk([...fetch, check(code.imageMatch)]);
    expect(good.ends).toBe(true);
    expect(good.contents).toEqual([{ kind: 'assumed', digest: imageDigest, size: 3n }, undefined]);
    expect(walk([...fetch, set({ imageDigest: other }), check(code.imageMatch)]).ends).toBe(false);
  });

  it('uses bytes where they are at hand, with their true digest and size', () => {
    const commands = [set({ imageDigest, uri }), act(code.fetch), check(code.imageMatch)];
    expect(walk(commands, { payloads: [[uri, image]] }).contents[0]).toEqual({ kind: 'bytes', bytes: image });
    expect(walk(commands, { payloads: [[uri, Uint8Array.of(9)]] }).ends).toBe(false);
    const long = [set({ imageDigest, imageSize: 4n, uri }), act(code.fetch), check(code.imageMatch)];
    expect(walk(long, { payloads: [[uri, image]] }).ends).toBe(false);
  });

  it('does not assume a payload that the envelope should hold', () => {
    expect(walk([set({ imageDigest, uri: '#image' }), act(code.fetch)]).ends).toBe(false);
  });

  it('finds that a plain copy cannot have another digest, as in the load of published example 4', () => {
    const fetch = [select(0), set({ imageDigest, uri }), act(code.fetch)];
    const copy = (digest: typeof other) => [
      select(1),
      set({ imageDigest: digest, sourceComponent: 0n }),
      act(code.copy),
      check(code.imageMatch),
    ];
    expect(walk([...fetch, ...copy(imageDigest)]).ends).toBe(true);
    expect(walk([...fetch, ...copy(other)]).ends).toBe(false);
    expect(walk(copy(imageDigest)).ends).toBe(false);
  });

  it('exchanges contents in a swap', () => {
    const put = (index: number, content: Uint8Array) => [select(index), set({ content }), act(code.write)];
    const { contents } = walk([
      ...put(0, image),
      ...put(1, Uint8Array.of(7)),
      set({ sourceComponent: 0n }),
      act(code.swap),
    ]);
    expect(contents).toEqual([
      { kind: 'bytes', bytes: Uint8Array.of(7) },
      { kind: 'bytes', bytes: image },
    ]);
  });

  it('assumes what is in place only when told to', () => {
    const commands = [set({ imageDigest }), check(code.imageMatch)];
    expect(walk(commands).ends).toBe(false);
    const assuming = walk(commands, { assumes: true });
    expect(assuming.ends).toBe(true);
    expect(assuming.state.components[0]!.initial).toEqual({ kind: 'assumed', digest: imageDigest });
  });

  it('takes the first slot that is asked for and counts them all', () => {
    const slot = (n: bigint) => [set({ componentSlot: n }), check(code.componentSlot)];
    const { ends, state } = walk([tryEach(slot(0n), slot(2n))]);
    expect(ends).toBe(true);
    expect(state.components[0]).toMatchObject({ slot: 0, slots: 3 });
    expect(walk([...slot(0n), ...slot(1n)]).ends).toBe(false);
    expect(walk(slot(2n ** 64n - 1n)).ends).toBe(false);
  });

  it('fails softly on conditions where it may, and never on directives', () => {
    const abort = check(code.abort);
    const missing = [set({ uri: '#none' }), act(code.fetch)];
    expect(walk([tryEach([abort], null)]).ends).toBe(true);
    expect(walk([tryEach([abort])]).ends).toBe(false);
    expect(walk([tryEach(missing, null)]).ends).toBe(false);
    expect(walk([tryEach([set({ softFailure: false }), abort], null)]).ends).toBe(false);
    expect(walk([run(abort)]).ends).toBe(false);
    expect(walk([run(set({ softFailure: true }), abort)]).ends).toBe(true);
    expect(walk([run(abort, set({ softFailure: true }))]).ends).toBe(false);
    expect(walk([run(set({ softFailure: true }), ...missing)]).ends).toBe(false);
  });

  it('notes ids once, per component, and knows no custom command', () => {
    const vendorId = new Uint8Array(16).fill(1);
    const ids = [select(true), set({ vendorId }), check(code.vendorIdentifier)];
    const { state } = walk([...ids, ...ids]);
    expect(state.components.map(({ vendorIds }) => vendorIds)).toEqual([[vendorId], [vendorId]]);
    expect(walk([check(code.classIdentifier)]).ends).toBe(false);
    expect(walk([select(2)]).ends).toBe(false);
    expect(walk([{ kind: 'custom', code: -300, argument: { kind: 'uint', value: 0n } }]).ends).toBe(false);
  });
});
