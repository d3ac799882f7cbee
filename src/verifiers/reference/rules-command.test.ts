import { describe, expect, it } from 'vitest';
import { array, int, nil, tstr } from '../../cbor/item.ts';
import { commandCode as code } from '../../suit/registry.ts';
import { commandRules } from './rules-command.ts';

const {
  afterFailure,
  assign,
  isBarrier,
  mayBeNil,
  mayOverlap,
  mayRunParallel,
  nextBranch,
  policy,
  selected,
  softFlag,
  turns,
  withinBudget,
} = commandRules;

describe('a reporting policy', () => {
  it('is four bits', () => {
    expect([0, 15].map((bits) => policy(int(bits)))).toEqual([true, true]);
    for (const other of [int(16), int(-1), nil, tstr('1')]) expect(policy(other)).toBe('command-malformed');
  });
});

describe('the component index', () => {
  it('selects components that the manifest lists, each once', () => {
    expect(selected(int(1), 2, 2)).toEqual([1]);
    expect(selected(array(int(1), int(0)), 2, 2)).toEqual([1, 0]);
    expect(selected(int(2), 2, 3)).toBe('index-range');
    expect(selected(array(int(0), int(2)), 2, 3)).toBe('index-range');
    for (const other of [array(), array(int(0), int(0)), int(-1), nil, array(nil)])
      expect(selected(other, 2, 2)).toBe('index-type');
  });

  it('begins what runs in parallel, if that sets it', () => {
    expect(mayRunParallel(code.setComponentIndex, 'once')).toBe(true);
    expect(mayRunParallel(code.overrideParameters, 'once')).toBe('order-violation');
    expect(mayRunParallel(code.overrideParameters, 'free')).toBe(true);
    expect(mayRunParallel(undefined, 'once')).toBe(true);
  });
});

describe('a failure', () => {
  it('of a directive aborts, soft or not', () => {
    expect(afterFailure('directive', true, 'try-each')).toBe('abort');
  });

  it('of a condition ends a section, and what is hard', () => {
    expect(afterFailure('condition', false, 'try-each')).toBe('fail');
    expect(afterFailure('condition', true, 'section')).toBe('fail');
  });

  it('that is soft goes on behind a branch, or ends a run-sequence quietly', () => {
    expect(afterFailure('condition', true, 'try-each')).toBe('next');
    expect(afterFailure('condition', true, 'run-sequence')).toBe('halt');
  });
});

describe('soft failure', () => {
  it('is on in a branch, off in a run-sequence, restored behind them, and of no section', () => {
    expect(softFlag({ kind: 'enter' }, false, 'try-each')).toBe(true);
    expect(softFlag({ kind: 'enter' }, true, 'run-sequence')).toBe(false);
    expect(softFlag({ kind: 'leave', inner: true }, false, 'run-sequence')).toBe(false);
    expect(softFlag({ kind: 'set', value: true }, false, 'run-sequence')).toBe(true);
    expect(softFlag({ kind: 'set', value: true }, false, 'section')).toBe('param-forbidden');
  });
});

describe('a try-each', () => {
  it('is done by the first branch that succeeds, and fails when none is left', () => {
    expect([nextBranch(true, 1), nextBranch(true, 0)]).toEqual(['done', 'done']);
    expect([nextBranch(false, 1), nextBranch(false, 0)]).toEqual(['next', 'exhausted']);
  });

  it('has a nil last, behind a branch', () => {
    expect(mayBeNil(1, 2)).toBe(true);
    for (const [position, count] of [
      [0, 1],
      [0, 2],
      [1, 3],
    ] as const)
      expect(mayBeNil(position, count)).toBe('command-malformed');
  });
});

describe('parameters', () => {
  it('replace what has the same name, private ones too', () => {
    const [one, two] = [[-300, int(1)] as const, [-301, int(2)] as const];
    expect(assign({ uri: 'a', imageSize: 1n }, { uri: 'b' })).toEqual({ uri: 'b', imageSize: 1n });
    expect(assign({ custom: [one, two] }, { custom: [[-300, int(3)]] }).custom).toEqual([
      two,
      [-300, int(3)],
    ]);
    expect(assign({ custom: [one] }, { uri: 'b' })).toEqual({ custom: [one], uri: 'b' });
    expect(assign({ uri: 'b' }, { custom: [one] })).toEqual({ custom: [one], uri: 'b' });
  });
});

describe('the order', () => {
  it('of issued commands is kept by what sets index or parameters, and by nothing else', () => {
    expect([code.setComponentIndex, code.overrideParameters].map(isBarrier)).toEqual([true, true]);
    expect([code.fetch, code.imageMatch, code.tryEach].map(isBarrier)).toEqual([false, false, false]);
  });

  it('may be free where no component is both read and written', () => {
    expect(mayOverlap(new Set([0]), new Set([1]))).toBe(true);
    expect(mayOverlap(new Set([0, 1]), new Set([2, 1]))).toBe('order-violation');
  });

  it('of a serial interpreter is one turn for each component, and one for none', () => {
    expect(turns('serial', 2)).toEqual([0, 1]);
    expect(turns('serial', 0)).toEqual([undefined]);
    expect(turns('parallel', 2)).toEqual([undefined]);
  });
});

describe('the budget', () => {
  it('is spent to its last step', () => {
    expect([withinBudget(9, 10), withinBudget(10, 10), withinBudget(11, 10)]).toEqual([
      true,
      true,
      'limit-steps',
    ]);
  });
});
