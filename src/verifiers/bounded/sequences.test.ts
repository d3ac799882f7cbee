import { describe, expect, it } from 'vitest';
import { array, bstr, type Entry, type Item, int, map, nil, tag, tstr, wrapped } from '../../cbor/item.ts';
import { write } from '../../cbor/write.ts';
import { withSequence } from '../../suit/edit.ts';
import { release, seal } from '../../suit/parts.ts';
import {
  answerTo,
  author,
  condition,
  directive,
  manifest,
  recipient,
  run,
  tryEach,
} from './fixtures/device.ts';

const parts = release(manifest([], { validate: [condition('classIdentifier')] }), [author]);

describe('command sequences', () => {
  const shared = (...items: Item[]) =>
    answerTo(
      seal(
        withSequence(parts, 'shared', (s) => ({ ...s, items: [...s.items, ...items] })),
        [author],
      ),
    );
  const validate = (...items: Item[]) =>
    answerTo(
      seal(
        withSequence(parts, 'validate', () => array(...items)),
        [author],
      ),
    );

  it('hold commands that are known, allowed there, and whole', () => {
    expect(shared(int(99), int(0))).toBe('command-unsupported');
    expect(shared(int(2n ** 32n + 1n), int(0))).toBe('command-unsupported');
    expect(shared(int(1))).toBe('command-malformed');
    expect(shared(tstr('1'), int(0))).toBe('command-malformed');
    expect(shared(int(1), int(16))).toBe('command-malformed');
    expect(shared(int(1), tstr('0'))).toBe('command-malformed');
    expect(shared(int(21), int(0))).toBe('command-forbidden');
    expect(shared(int(-300), nil)).toBe('command-forbidden');
    expect(validate(int(-300), nil)).toBe('command-unsupported');
    expect(validate()).toBe('accepted');
    const to = { ...recipient, capabilities: { ...recipient.capabilities, commands: [1, 2, 12, 20, -300] } };
    expect(
      answerTo(manifest([], { validate: [{ kind: 'custom', code: -300, argument: nil }] }), { to }),
    ).toBe('accepted');
    expect(answerTo(manifest([], { validate: [condition('abort')] }), { to })).toBe('command-unsupported');
    expect(answerTo(manifest([], { load: [condition('abort')] }), { to })).toBe('accepted');
  });

  it('hold try-each with something to try, and nil only at its end', () => {
    const ok = bstr(write(array(int(1), int(0))));
    expect(shared(int(15), array(ok, nil))).toBe('accepted');
    expect(shared(int(15), array(ok))).toBe('accepted');
    expect(shared(int(15), array())).toBe('command-malformed');
    expect(shared(int(15), array(nil))).toBe('command-malformed');
    expect(shared(int(15), array(nil, ok))).toBe('command-malformed');
    expect(shared(int(15), array(array()))).toBe('command-malformed');
    expect(shared(int(32), array())).toBe('command-malformed');
  });

  it('are looked into at every depth', () => {
    const deep = (code: number) =>
      validate(int(15), array(bstr(write(array(int(32), wrapped(array(int(code), int(0)))))), nil));
    expect(deep(14)).toBe('accepted');
    expect(deep(99)).toBe('command-unsupported');
    expect(answerTo(manifest([tryEach([run(directive('fetch'))], null)]))).toBe('command-forbidden');
  });

  it('hold parameters of their types', () => {
    const given = (...entries: Entry[]) => shared(int(20), map(...entries));
    const uuid = bstr(new Uint8Array(16));
    expect(given()).toBe('command-malformed');
    expect(given([int(99), nil])).toBe('param-unsupported');
    expect(given([int(-300), nil])).toBe('command-forbidden');
    expect(given([int(24), bstr(new Uint8Array(15))])).toBe('param-type');
    expect(given([int(2), tstr('1492af14-2569-5e48-bf42-9b2d51f2ab45')])).toBe('param-type');
    expect(given([int(1), tag(111, bstr(Uint8Array.of(1)))])).toBe('param-type');
    expect(given([int(14), nil])).toBe('param-type');
    expect(given([int(12), int(1)])).toBe('param-type');
    expect(given([int(18), tstr('')])).toBe('param-type');
    expect(given([int(21), bstr(new Uint8Array(1))])).toBe('param-type');
    expect(given([int(21), { kind: 'tstr', bytes: Uint8Array.of(0xed, 0xa0, 0x80) }])).toBe('cbor-invalid');
    expect(given([int(3), wrapped(array(int(-16), bstr(new Uint8Array(31))))])).toBe('digest-malformed');
    // Whether the recipient has the algorithm is asked where an image is compared.
    expect(given([int(3), wrapped(array(int(-44), bstr(new Uint8Array(64))))])).toBe('accepted');
    expect(given([int(2), uuid], [int(1), uuid])).toBe('non-deterministic');
    expect(given([int(2), uuid], [int(2), uuid])).toBe('cbor-invalid');
    expect(given([int(24), uuid], [int(25), bstr(new Uint8Array(1))])).toBe('accepted');
  });
});
