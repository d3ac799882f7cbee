import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../device/outcome.ts';
import { KnownAnswers } from './known-answers.ts';

const accepted: Outcome = { kind: 'accepted', level: 'installed' };
const fields = '"kind":"accepted","level":"installed"}';

function find(known: KnownAnswers, line: string) {
  return known.find(`…${line}…`, 1, 1 + line.length);
}

function knowing(line: string, outcome: Outcome = accepted): KnownAnswers {
  const known = new KnownAnswers();
  known.remember(line, { outcome, unknownFields: 2 });
  return known;
}

describe('KnownAnswers', () => {
  it('knows a sentence again, for another session and delivery, with spaces or without', () => {
    const known = knowing(`{"type":"decision","session":3,"id":0,${fields}`);
    const read = { outcome: accepted, unknownFields: 2 };
    const answer = { kind: 'decision', session: 120, id: 17, read };
    expect(find(known, `{"type":"decision","session":120,"id":17,${fields}`)).toEqual(answer);
    expect(find(known, `{"type": "decision", "session": 120, "id": 17, ${fields}`)).toEqual(answer);
  });

  it('reads a close', () => {
    const known = new KnownAnswers();
    expect(find(known, '{"type":"close","session":12}')).toEqual({ kind: 'close', session: 12 });
    expect(find(known, '{"type": "close", "session": 12}')).toEqual({ kind: 'close', session: 12 });
  });

  it.each([
    ['said otherwise', `{"type":"decision","session":3,"id":0,"level":"installed","kind":"accepted"}`],
    ['cut short', `{"type":"decision","session":3,"id":0,${fields.slice(0, -1)}`],
    ['longer', `{"type":"decision","session":3,"id":0,${fields} `],
    ['a number with a leading zero', `{"type":"decision","session":03,"id":0,${fields}`],
    ['no number', `{"type":"decision","session":,"id":0,${fields}`],
    ['a number that a double may not hold', `{"type":"decision","session":1234567890123456,"id":0,${fields}`],
    ['a negative number', `{"type":"decision","session":-3,"id":0,${fields}`],
    ['a text in place of the number', `{"type":"decision","session":"3","id":0,${fields}`],
    ['another order', `{"type":"decision","id":0,"session":3,${fields}`],
    ['a space before the mark', `{"type":"decision","session":3 ,"id":0,${fields}`],
    ['a close with more', '{"type":"close","session":3,"x":1}'],
    ['a close with something after it', '{"type":"close","session":3}}'],
    ['half a close', '{"type":"close","session":3'],
  ])('does not know what is %s', (_, line) => {
    expect(find(knowing(`{"type":"decision","session":3,"id":0,${fields}`), line)).toBeUndefined();
  });

  it.each([
    ['whose session is overruled', '"session":3,'],
    ['whose id is overruled', '"id":0,'],
    ['whose type is overruled', '"type":"decision",'],
    ['whose id is overruled in other letters', '"\\u0069d":0,'],
  ])('forgets at once a line %s', (_, more) => {
    const line = `{"type":"decision","session":3,"id":0,${more}${fields}`;
    expect(find(knowing(line), line)).toBeUndefined();
  });

  it.each<[string, Outcome]>([
    ['a state', { kind: 'accepted', level: 'installed', state: { sequenceNumber: 3n } }],
    ['effects', { kind: 'accepted', level: 'installed', effects: [{ kind: 'authenticated' }] }],
    ['a cost', { kind: 'accepted', level: 'installed', cost: { steps: 4 } }],
    ['a protocol error', { kind: 'protocol-error', error: 'level' }],
  ])('does not keep %s', (_, outcome) => {
    const line = `{"type":"decision","session":3,"id":0,${fields}`;
    expect(find(knowing(line, outcome), line)).toBeUndefined();
  });

  it('gives out what nobody can change', () => {
    const line = `{"type":"decision","session":3,"id":0,${fields}`;
    const answer = find(knowing(line, { ...accepted }), line);
    expect(answer?.kind === 'decision' && Object.isFrozen(answer.read.outcome)).toBe(true);
  });

  it('keeps a limited number of sentences', () => {
    const known = new KnownAnswers();
    const line = (i: number) => `{"type":"decision","session":1,"id":0,"kind":"rejected","detail":"${i}"}`;
    for (let i = 0; i <= 1000; i++)
      known.remember(line(i), { outcome: { kind: 'rejected', detail: String(i) }, unknownFields: 0 });
    expect([0, 999, 1000].map((i) => find(known, line(i)) !== undefined)).toEqual([false, false, true]);
  });
});
