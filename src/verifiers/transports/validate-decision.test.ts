import { describe, expect, it } from 'vitest';
import type { Decision } from '../../device/decision.ts';
import { validateClaims } from './validate-claims.ts';
import { validateDecision } from './validate-decision.ts';

const full: Decision = {
  kind: 'rejected',
  stage: 'payload',
  reason: 'image-mismatch',
  detail: 'text',
  state: {
    sequenceNumber: 2n ** 64n - 1n,
    components: [null, { sha256: new Uint8Array(32), size: 5n }],
    full: {
      installed: Uint8Array.of(1),
      contents: [
        [{ kind: 'empty' }, { kind: 'bytes', bytes: Uint8Array.of(2) }],
        [{ kind: 'assumed', digest: { algorithm: -16, bytes: Uint8Array.of(3) }, size: 4n }],
      ],
    },
  },
  effects: [
    { kind: 'authenticated' },
    { kind: 'fetch', uri: 'a:b', component: 0 },
    { kind: 'swap', component: 1 },
    { kind: 'invoke', component: 0, arguments: Uint8Array.of(1) },
    { kind: 'commit', sequenceNumber: 3n },
  ],
  cost: { highWaterBytes: 1, steps: 2, wantedBytes: 3 },
};

describe('validateDecision', () => {
  it('keeps every field of a decision', () => {
    expect(validateDecision(full)).toEqual({ kind: 'ok', value: full });
  });

  it('knows an interrupted delivery, of which no state is reported', () => {
    const value = { kind: 'interrupted', storageSteps: 4, effects: [{ kind: 'authenticated' }] };
    expect(validateDecision({ ...value, state: full.state })).toEqual({ kind: 'ok', value });
    expect(validateDecision({ kind: 'interrupted' })).toMatchObject({ kind: 'wrong' });
  });

  it('drops fields it does not know, functions among them', () => {
    const result = validateDecision({ kind: 'accepted', level: 'invoked', stage: 'decode', extra: () => 1 });
    expect(result).toEqual({ kind: 'ok', value: { kind: 'accepted', level: 'invoked' } });
  });

  it.each([
    [{ ...full, state: { sequenceNumber: 2n ** 64n } }, /^state.sequenceNumber/],
    [{ ...full, state: { sequenceNumber: -1n } }, /^state.sequenceNumber/],
    [
      { ...full, state: { components: [{ sha256: new Uint8Array(31), size: 0n }] } },
      /^state.components\[0\].sha256/,
    ],
    [
      { ...full, state: { full: { contents: [[{ kind: 'bytes' }]] } } },
      /^state.full.contents\[0\]\[0\].bytes/,
    ],
    [
      { ...full, effects: new Array(20_000).fill({ kind: 'authenticated' }) },
      /^effects: wanted at most 10000/,
    ],
    [{ ...full, effects: [{ kind: 'explode' }] }, /^effects\[0\].kind/],
    [{ ...full, cost: { steps: Number.NaN } }, /^cost.steps/],
    [{ ...full, reason: 'constructor', stage: undefined }, /^reason/],
    [{ kind: 'crashed', error: 'x' }, /^kind/],
    [null, /^decision/],
  ])('names what is wrong: %#', (value, error) => {
    expect(validateDecision(value)).toEqual({ kind: 'wrong', error: expect.stringMatching(error) });
  });
});

describe('validateClaims', () => {
  const claims = {
    name: 'n',
    version: '1',
    revisions: ['37'],
    levels: ['invoked'],
    events: ['boot'],
    commands: [1],
    parameters: [],
    algorithms: [-7],
    digests: [-16],
    structures: ['mac'],
    extensions: ['x'],
    reports: ['cost'],
    keepsState: true,
  };

  it('keeps the claims and nothing else', () => {
    expect(validateClaims({ ...claims, mood: 1 })).toEqual({ kind: 'ok', value: claims });
    const more = { ...claims, extras: ['power-cut'] };
    expect(validateClaims(more)).toEqual({ kind: 'ok', value: more });
  });

  it.each([
    [{ ...claims, name: ' ' }, /^name/],
    [{ ...claims, version: 1 }, /^version/],
    [{ ...claims, commands: [1, '2'] }, /^commands\[1\]/],
    [{ ...claims, levels: undefined }, /^levels: wanted a list, got undefined/],
    [{ ...claims, reports: ['all'] }, /^reports\[0\]/],
    [{ ...claims, extras: ['candidates', 'sun'] }, /^extras\[1\]/],
    [undefined, /^claims/],
  ])('names what is wrong: %#', (value, error) => {
    expect(validateClaims(value)).toEqual({ kind: 'wrong', error: expect.stringMatching(error) });
  });
});
