import { describe, expect, it } from 'vitest';
import { deviceClasses } from '../../device/classes.ts';
import { plain, tinyRecipient } from './fixtures/tiny.ts';
import { hasGnuTime } from './gnu-time.ts';
import type { TransportOptions } from './isolated-host.ts';
import { openVerifier } from './open.ts';

const MiB = 1024 * 1024;

async function tried(script: string, options: Partial<TransportOptions>) {
  const words = `/bin/sh -c '${script}' {envelope} {anchor}`;
  const host = await openVerifier(`command:${words}`, { deadlineMs: 20_000, ...options });
  const [outcome] = await host.trial(tinyRecipient, [plain]);
  await host.close();
  return { outcome, peak: host.status().peakRssBytes };
}

describe.skipIf(!hasGnuTime())('the memory of a command', () => {
  it('is seen where it is shown, and nowhere else', async () => {
    const hungry = 'exec python3 -c "b = bytearray(64 << 20)"';
    const [profile] = deviceClasses;
    const { outcome, peak } = await tried(hungry, { counts: true });
    expect(outcome).toMatchObject({ kind: 'accepted' });
    expect(peak).toBeGreaterThan(64 * MiB);
    expect(peak).toBeLessThan(128 * MiB);
    const small = await tried('exit 0', profile ? { profile } : {});
    expect(small.peak).toBeLessThan(16 * MiB);
    expect((await tried('exit 0', {})).peak).toBeUndefined();
    expect((await tried('exit 0', { counts: true, stackKiB: 4096 })).peak).toBeUndefined();
  });

  it('does not change how its end is told', async () => {
    for (const options of [{}, { counts: true }]) {
      const { outcome } = await tried('kill -SEGV $$', options);
      expect(outcome).toMatchObject({ kind: 'crashed', error: expect.stringContaining('died of SIGSEGV') });
      expect((await tried('exit 1', options)).outcome).toMatchObject({ kind: 'rejected' });
      expect((await tried('exit 3', options)).outcome).toEqual({ kind: 'crashed', error: 'exit status 3' });
    }
    const late = await tried('sleep 60', { counts: true, deadlineMs: 200 });
    expect(late.outcome).toMatchObject({ kind: 'hung' });
  });
});
