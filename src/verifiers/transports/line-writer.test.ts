import { once } from 'node:events';
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { LineWriter } from './line-writer.ts';

/** A stream that takes its time, and reads what it was given only then. */
function slow() {
  const writes: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    highWaterMark: 1,
    write(chunk: Buffer | string, _, done) {
      setTimeout(() => {
        writes.push(chunk.toString());
        done();
      }, 2);
    },
  });
  return { stream, writes };
}

it('lines of one turn leave in one write, and none is overwritten while it waits', async () => {
  const { stream, writes } = slow();
  const lines = new LineWriter(stream);
  for (let turn = 0; turn < 5; turn++) {
    lines.write(`${turn} first é\n`);
    lines.write(`${turn} second\n`);
    expect(lines.waiting).toBeGreaterThanOrEqual(19);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stream.end();
  await once(stream, 'finish');
  expect(writes).toEqual([0, 1, 2, 3, 4].map((turn) => `${turn} first é\n${turn} second\n`));
  expect(lines.waiting).toBe(0);
});

it('takes lines of any length', async () => {
  const { stream, writes } = slow();
  const lines = new LineWriter(stream);
  const long = `${'x'.repeat(300_000)}\n`;
  lines.write(long);
  await new Promise((resolve) => setImmediate(resolve));
  lines.write('short\n');
  await new Promise((resolve) => setImmediate(resolve));
  stream.end();
  await once(stream, 'finish');
  expect(writes.join('')).toBe(`${long}short\n`);
});
