import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Delivery, extras } from '../../device/delivery.ts';
import type { Outcome } from '../../device/outcome.ts';
import { packageRoot } from '../../package-root.ts';
import { type Callback, callbacks, Questions, withoutAsked } from './process-callbacks.ts';

const delivery: Delivery = {
  event: 'update',
  payloads: [
    { uri: 'a', kind: 'bytes', bytes: Uint8Array.of(1, 2, 3) },
    { uri: 'b', kind: 'endless', bytes: Uint8Array.of(7, 8) },
    { uri: 'c', kind: 'redirect', to: 'a' },
    { uri: 'd', kind: 'slow', bytes: Uint8Array.of(4), seconds: 9 },
  ],
  laterPayloads: [{ uri: 'a', kind: 'bytes', bytes: Uint8Array.of(9) }],
  powerCut: { step: 2, when: 'torn' },
};

const of = () => new Questions(delivery, { kind: 'trusted', now: 5n }, callbacks);
const ask = (questions: Questions, type: Callback, fields: object) =>
  questions.answer(type, { type, session: 1, id: 0, ...fields });
const fetch = (questions: Questions, uri: string, offset = 0, length = 2) =>
  ask(questions, 'fetch', { uri, offset, length });
const accepted: Outcome = { kind: 'accepted', level: 'installed' };

describe('what a process may ask', () => {
  it('payloads come in pieces, and another time as the network then has them', () => {
    const questions = of();
    expect(fetch(questions, 'a')).toMatchObject({ fields: { kind: 'bytes', bytes: '0102', end: false } });
    expect(fetch(questions, 'a', 2)).toMatchObject({ fields: { bytes: '03', end: true } });
    expect(fetch(questions, 'a')).toMatchObject({ fields: { bytes: '09', end: true } });
    expect(fetch(questions, 'b', 0, 3)).toMatchObject({ fields: { bytes: '070807', end: false } });
    expect(fetch(questions, 'b', 3, 3)).toMatchObject({ fields: { bytes: '080708', end: false } });
    expect(fetch(questions, 'c')).toMatchObject({ fields: { uri: 'c', kind: 'redirect', to: 'a' } });
    expect(fetch(questions, 'd')).toMatchObject({ fields: { bytes: '04', seconds: 9 } });
    expect(fetch(questions, 'e')).toMatchObject({ fields: { kind: 'not-found' } });
  });

  it('the power fails at its step, and then nothing is answered', () => {
    const questions = of();
    expect(ask(questions, 'storage', { step: 1 })).toMatchObject({ fields: { do: 'go' } });
    expect(questions.check(accepted, [])).toBe(accepted);
    expect(ask(questions, 'storage', { step: 2 })).toMatchObject({ fields: { do: 'torn' } });
    expect(ask(questions, 'clock', {})).toMatchObject({ kind: 'wrong' });
    expect(questions.check(accepted, [])).toMatchObject({
      kind: 'protocol-error',
      error: expect.stringContaining('interrupted'),
    });
    expect(questions.check({ kind: 'interrupted', storageSteps: 1 }, [])).toMatchObject({
      kind: 'interrupted',
    });
    expect(questions.check({ kind: 'interrupted', storageSteps: 2 }, [])).toMatchObject({
      kind: 'protocol-error',
    });
    expect(of().check({ kind: 'interrupted', storageSteps: 0 }, [])).toMatchObject({
      kind: 'protocol-error',
    });
  });

  it.each([
    ['storage', { step: 2 }, 'step 2 after step 0'],
    ['storage', { step: 0 }, 'must be >= 1'],
    ['fetch', { uri: 'a', offset: 1, length: 1 }, 'not begun at 0'],
    ['fetch', { uri: 'a', offset: 0, length: 1 << 30 }, 'must be <='],
    ['fetch', { offset: 0, length: 1 }, "required property 'uri'"],
  ] as const)('%s with %j is refused', (type, fields, error) => {
    expect(ask(of(), type, fields)).toEqual({ kind: 'wrong', error: expect.stringContaining(error) });
  });

  it('a fetch that is not reported is found out, where effects are claimed', () => {
    const questions = of();
    fetch(questions, 'a');
    expect(questions.check({ ...accepted, effects: [] }, ['effects'])).toMatchObject({
      kind: 'protocol-error',
    });
    expect(
      questions.check({ ...accepted, effects: [{ kind: 'fetch', uri: 'a' }] }, ['effects']),
    ).toMatchObject({ kind: 'accepted' });
    expect(questions.check(accepted, [])).toBe(accepted);
  });

  it('what is asked for is not told with the delivery', () => {
    expect(withoutAsked(delivery, callbacks)).toEqual({ event: 'update', payloads: [] });
    expect(withoutAsked(delivery, [])).toEqual(delivery);
    expect(ask(of(), 'clock', {})).toEqual({ kind: 'reply', fields: { kind: 'trusted', now: '5' } });
  });

  it('schemas that list the extras list all of them', () => {
    for (const name of ['hello', 'config']) {
      const text = readFileSync(join(packageRoot(), 'docs/schemas', `${name}.schema.json`), 'utf8');
      for (const extra of extras) expect(text).toContain(`"${extra}"`);
    }
  });
});
