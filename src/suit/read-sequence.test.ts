import { describe, expect, it } from 'vitest';
import { array, bool, bstr, type Item, int, map, nil, tag, tstr, wrapped } from '../cbor/item.ts';
import { readItem } from '../cbor/read.ts';
import { write } from '../cbor/write.ts';
import { readSequence } from './read.ts';
import { readIndex, readParameters } from './read-sequence.ts';
import type { Reason } from './stage.ts';

function parse(item: Item): Item {
  const read = readItem(write(item));
  if (!read.ok) throw new Error(read.error.message);
  return read.item;
}

describe('readSequence', () => {
  const commandsOf = (item: Item) => readSequence(parse(item));

  it('reads codes of no registry as unknown, negative ones as custom', () => {
    expect(commandsOf(array(int(200), map(), int(-300), tstr('a'), int(-1), nil))).toEqual({
      ok: true,
      commands: [
        { kind: 'unknown', code: 200, argument: map() },
        { kind: 'custom', code: -300, argument: tstr('a') },
        { kind: 'custom', code: -1, argument: nil },
      ],
    });
  });

  it('reads empty sequences, nil anywhere and any number of branches', () => {
    const tries = array(int(15), array(nil, wrapped(array()), nil), int(15), array());
    expect(commandsOf(tries)).toEqual({
      ok: true,
      commands: [
        { kind: 'tryEach', branches: [null, [], null] },
        { kind: 'tryEach', branches: [] },
      ],
    });
  });

  const faults: [what: string, reason: Reason, item: Item][] = [
    ['a map', 'command-malformed', map([int(1), int(15)])],
    ['a command without argument', 'command-malformed', array(int(1), int(15), int(3))],
    ['a code in text', 'command-malformed', array(tstr('fetch'), int(2))],
    ['a policy in text', 'command-malformed', array(int(3), tstr('15'))],
    ['a policy of five bits', 'command-malformed', array(int(3), int(16))],
    ['a branch that is not wrapped', 'command-malformed', array(int(15), array(array()))],
    ['a run-sequence that is not wrapped', 'command-malformed', array(int(32), array())],
    ['a custom command with a structure', 'command-malformed', array(int(-300), array())],
    ['override-parameters without a map', 'param-type', array(int(20), nil)],
  ];
  for (const [what, reason, faulty] of faults) {
    it(`refuses ${what}`, () => {
      expect(commandsOf(faulty)).toMatchObject({ ok: false, problem: { reason } });
    });
  }

  function nest(depth: number): Item {
    let item: Item = array(int(14), int(0));
    for (let i = 0; i < depth; i++) {
      item = i % 2 === 0 ? array(int(32), wrapped(item)) : array(int(15), array(wrapped(item)));
    }
    return item;
  }

  it('reads sequences as deep as the limit and no deeper', () => {
    expect(commandsOf(nest(16))).toMatchObject({ ok: true });
    expect(commandsOf(nest(17))).toMatchObject({ ok: false, problem: { reason: 'limit-depth' } });
    expect(readSequence(parse(nest(3)), { maxNesting: 2 })).toMatchObject({
      problem: { reason: 'limit-depth' },
    });
    expect(commandsOf(nest(2000))).toMatchObject({ ok: false, problem: { reason: 'limit-depth' } });
  });
});

describe('readIndex', () => {
  it('reads an integer of any size, true, and a list', () => {
    expect(readIndex(int(2n ** 64n - 1n))).toEqual({ ok: true, value: 2n ** 64n - 1n });
    expect(readIndex(int(5))).toEqual({ ok: true, value: 5 });
    expect(readIndex(bool(true))).toEqual({ ok: true, value: true });
    expect(readIndex(array(int(1), int(0)))).toEqual({ ok: true, value: [1, 0] });
  });

  for (const item of [
    int(-1),
    nil,
    bool(false),
    tstr('0'),
    array(),
    array(array(int(0))),
    array(bool(true)),
  ]) {
    it(`refuses ${Buffer.from(write(item)).toString('hex')}`, () => {
      expect(readIndex(item)).toMatchObject({ ok: false, problem: { reason: 'index-type' } });
    });
  }
});

describe('readParameters', () => {
  const uuid = new Uint8Array(16);
  const wrong: [number, Item][] = [
    [1, bstr(new Uint8Array(15))],
    [1, tag(113, bstr(uuid))],
    [1, tag(112, int(1))],
    [2, tag(112, bstr(uuid))],
    [3, array(int(-16), bstr(uuid))],
    [5, int(-1)],
    [12, int(1)],
    [13, nil],
    [14, tag(2, bstr(uuid))],
    [18, tstr('x')],
    [21, bstr(uuid)],
    [22, bool(true)],
    [23, nil],
    [24, bstr(new Uint8Array(17))],
    [25, array()],
  ];
  for (const [key, value] of wrong) {
    it(`refuses ${Buffer.from(write(value)).toString('hex')} for parameter ${key}`, () => {
      expect(readParameters(map([int(key), value]))).toMatchObject({
        ok: false,
        problem: { reason: 'param-type' },
      });
    });
  }

  it('reads a PEN apart from a UUID', () => {
    const pen = new Uint8Array([0x88, 0x10]);
    expect(readParameters(map([int(1), tag(112, bstr(pen))]))).toEqual({
      ok: true,
      value: { vendorId: { pen } },
    });
  });
});
