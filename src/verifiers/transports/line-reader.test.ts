import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader, lineLimit } from './line-reader.ts';

function reader() {
  const messages: unknown[] = [];
  const errors: string[] = [];
  const lines = new LineReader({
    message: (value) => messages.push(value),
    wrong: (error) => errors.push(error),
  });
  return { lines, messages, errors };
}

describe('LineReader', () => {
  it('finds the same messages wherever the stream is cut', () => {
    const values = fc.array(fc.jsonValue(), { maxLength: 8 });
    fc.assert(
      fc.property(
        values,
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom('\n', '\r\n', '\n\n'),
        (all, size, end) => {
          const bytes = Buffer.from(all.map((value) => JSON.stringify(value) + end).join(''));
          const { lines, messages, errors } = reader();
          for (let at = 0; at < bytes.length; at += size) lines.push(bytes.subarray(at, at + size));
          expect(messages.map((message) => JSON.stringify(message))).toEqual(
            all.map((value) => JSON.stringify(value)),
          );
          expect(errors).toEqual([]);
          expect(lines.midLine).toBe(false);
        },
      ),
    );
  });

  it('offers short whole lines before it reads them, and does not read what is known', () => {
    const offered: string[] = [];
    const read: unknown[] = [];
    const lines = new LineReader({
      known: (text, from, end) => {
        offered.push(text.slice(from, end));
        return text[from] === '[';
      },
      message: (value, line) => read.push([value, line]),
      wrong: (error) => read.push(error),
    });
    lines.push(Buffer.from(`[1\n2\n${'7'.repeat(600)}\n3`));
    lines.push(Buffer.from('4\n"é"\n[\n'));
    expect(offered).toEqual(['[1', '2', Buffer.from('"é"').toString('latin1'), '[']);
    expect(read).toEqual([
      [2, '2'],
      [Number('7'.repeat(600)), undefined],
      [34, '34'],
      ['é', undefined],
    ]);
  });

  it('passes over a byte order mark', () => {
    const { lines, messages } = reader();
    lines.push(Buffer.from('\uFEFF{"a":"\uFEFFé"}\n'));
    expect(messages).toEqual([{ a: '\uFEFFé' }]);
  });

  it.each([
    ['not JSON', Buffer.from('{\n')],
    ['two values', Buffer.from('1 2\n')],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22, 0x0a])],
    ['too long', Buffer.alloc(lineLimit + 1, 0x20)],
    ['too much of nothing', Buffer.alloc(lineLimit + 1, 0x0a)],
  ])('%s: one error, and nothing after it', (_, bytes) => {
    const { lines, messages, errors } = reader();
    lines.push(bytes);
    lines.push(Buffer.from('1\n'));
    expect(messages).toEqual([]);
    expect(errors.length).toBe(1);
  });
});
