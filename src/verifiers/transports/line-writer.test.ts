import { once } from 'node:events';
import { Writable } from 'node:stream';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { toHex } from '../../cbor/hex.ts';
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
    lines.text(`${turn} first é\n`);
    lines.text(`${turn} second\n`);
    expect(lines.waiting).toBeGreaterThanOrEqual(19);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stream.end();
  await once(stream, 'finish');
  expect(writes).toEqual([0, 1, 2, 3, 4].map((turn) => `${turn} first é\n${turn} second\n`));
  expect(lines.waiting).toBe(0);
});

it('what is much does not wait for the end of the turn', () => {
  const { stream } = slow();
  const write = vi.spyOn(stream, 'write');
  const lines = new LineWriter(stream);
  lines.bytes(Buffer.alloc(20_000, '7'));
  expect(write.mock.calls.length).toBe(0);
  lines.hex(Uint8Array.of(1));
  expect(write.mock.calls.map(([chunk]) => (chunk as Buffer).length)).toEqual([20_000]);
  expect(lines.waiting).toBe(20_002);
});

it('takes lines of any length', async () => {
  const { stream, writes } = slow();
  const lines = new LineWriter(stream);
  const long = `${'x'.repeat(300_000)}\n`;
  lines.text(long);
  await new Promise((resolve) => setImmediate(resolve));
  lines.text('short\n');
  await new Promise((resolve) => setImmediate(resolve));
  stream.end();
  await once(stream, 'finish');
  expect(writes.join('')).toBe(`${long}short\n`);
});

it('keeps text, bytes and digits in their order, whatever their sizes', async () => {
  const size = fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(40_000, 87_400, 131_000, 131_072, 262_144));
  const piece = fc.tuple(fc.constantFrom('text', 'bytes', 'hex'), size);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(piece, { maxLength: 6 }), { maxLength: 3 }), async (turns) => {
      const { stream, writes } = slow();
      const lines = new LineWriter(stream);
      let wanted = '';
      for (const turn of turns) {
        for (const [kind, length] of turn) {
          const text = 'aé'.repeat(length).slice(0, length);
          const bytes = Buffer.alloc(length, wanted.length % 64);
          if (kind === 'text') lines.text(text);
          else if (kind === 'bytes') lines.bytes(bytes);
          else lines.hex(bytes);
          wanted += kind === 'text' ? text : kind === 'bytes' ? bytes.toString('latin1') : toHex(bytes);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      stream.end();
      await once(stream, 'finish');
      expect(writes.join('') === wanted).toBe(true);
      expect(lines.waiting).toBe(0);
    }),
    { numRuns: 30 },
  );
});

it('holds little more than the bytes that are not read', async () => {
  const stalled = new Writable({ write: () => undefined });
  const write = vi.spyOn(stalled, 'write');
  const lines = new LineWriter(stalled);
  for (let turn = 0; turn < 50; turn++) {
    lines.text('line\n');
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(lines.waiting).toBe(250);
  const buffers = new Set(write.mock.calls.map(([chunk]) => (chunk as Buffer).buffer));
  expect(write.mock.calls.length).toBe(50);
  expect([...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(600_000);
});
