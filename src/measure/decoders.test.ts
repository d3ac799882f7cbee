import { describe, expect, it } from 'vitest';
import { compareDecoders, weigh } from './decoder-bench.ts';
import { decoderNamed, decoderNames, documentOf } from './decoders.ts';
import { exampleEnvelopes } from './examples.ts';
import { killers } from './killers.ts';

describe('decoders', () => {
  it('all find the same items in an envelope, inside its byte strings too', async () => {
    for (const { delivery } of exampleEnvelopes()) {
      const document = documentOf(delivery.envelope);
      expect(document.spans.length).toBeGreaterThan(5);
      const counts = [];
      for (const name of decoderNames) counts.push((await decoderNamed(name)).prepare(document)());
      expect(new Set(counts).size).toBe(1);
    }
  });

  it('refuse what is cut short, and are known by name', async () => {
    for (const name of decoderNames) {
      const decoder = await decoderNamed(name);
      expect(() => decoder.decode(Uint8Array.of(0x82, 0x01))).toThrow();
      decoder.decode(Uint8Array.of(0x82, 0x01, 0x02));
    }
    await expect(decoderNamed('toString')).rejects.toMatchObject({ code: 'decoder-unknown' });
  });

  it('may die without the bench', async () => {
    await expect(weigh('nobody', [])).rejects.toMatchObject({ code: 'decoder-child' });
  }, 60_000);

  it('are compared; the pull parser makes no garbage', async () => {
    const [reader, pull] = await compareDecoders({ rounds: 2, roundMs: 5, warmUpMs: 20 }, ['reader', 'pull']);
    expect(pull).toMatchObject({ decoder: 'pull', allocatedBytes: 0, acceptedMalformed: 0, deaths: [] });
    expect(reader!.allocatedBytes).toBeGreaterThan(10_000);
    expect(reader!.malformed).toBeGreaterThan(1000);
    expect(Math.max(...killers.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(100_000);
  }, 60_000);
});
