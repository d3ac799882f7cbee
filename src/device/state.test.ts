import { describe, expect, it } from 'vitest';
import type { Content, RecipientState } from './recipient.ts';
import { describeState, differences, equalState, hashState } from './state.ts';

const assumed = (size?: bigint): Content => ({
  kind: 'assumed',
  digest: { algorithm: -16, bytes: Uint8Array.of(1, 2) },
  ...(size !== undefined && { size }),
});
const bytes = (...of: number[]): Content => ({ kind: 'bytes', bytes: Uint8Array.from(of) });
const state: RecipientState = {
  sequenceNumber: 2n ** 63n,
  installed: Uint8Array.of(9),
  contents: [[bytes(1), { kind: 'empty' }], [assumed(5n)]],
};

const others: Readonly<Record<string, RecipientState>> = {
  'sequence number': { ...state, sequenceNumber: 2n ** 63n + 1n },
  'stored envelope': { ...state, installed: Uint8Array.of(9, 0) },
  'component 0 slot 0': { ...state, contents: [[bytes(2), { kind: 'empty' }], [assumed(5n)]] },
  'component 0 slot 1': { ...state, contents: [[bytes(1), bytes()], [assumed(5n)]] },
  'component 1 slot 0': { ...state, contents: [[bytes(1), { kind: 'empty' }], [assumed()]] },
  'component 2 slot 0': { ...state, contents: [...state.contents, [{ kind: 'empty' }]] },
};

describe('states', () => {
  it('are equal by value, whatever the order of their members', () => {
    const copy: RecipientState = {
      contents: [[{ bytes: Uint8Array.of(1), kind: 'bytes' }, { kind: 'empty' }], [assumed(5n)]],
      installed: Uint8Array.of(9),
      sequenceNumber: 2n ** 63n,
    };
    expect(equalState(state, copy)).toBe(true);
    expect(hashState(copy)).toBe(hashState(state));
    expect(hashState(state)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each(Object.entries(others))('differ in the %s alone', (what, other) => {
    for (const found of [differences(state, other), differences(other, state)]) {
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(new RegExp(`^${what}: .+ became .+$`));
    }
    expect(equalState(state, other)).toBe(false);
    expect(hashState(other)).not.toBe(hashState(state));
  });

  it('tell an absent number and envelope from zero and nothing', () => {
    const { sequenceNumber: _n, installed: _e, ...fresh } = state;
    const zero = { ...fresh, sequenceNumber: 0n };
    expect(differences(fresh, zero)).toEqual(['sequence number: none became 0']);
    expect(equalState(fresh, { ...fresh, installed: new Uint8Array(0) })).toBe(false);
  });

  it('are described line by line', () => {
    expect(describeState(state)).toEqual([
      'sequence number: 9223372036854775808',
      expect.stringMatching(/^stored envelope: 1 bytes, SHA-256 2b4c342f5433ebe5/),
      expect.stringMatching(/^component 0 slot 0: 1 bytes/),
      'component 0 slot 1: nothing',
      expect.stringMatching(/^component 1 slot 0: assumed content, 5 bytes, digest 0102/),
    ]);
  });
});
