import { describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import { runCampaign } from './campaign.ts';
import { directHost } from './direct-host.ts';
import type { CaseRecord } from './record.ts';

const host = await directHost('reference', referenceVerifier());
const attacks = catalogue.filter(({ group }) => group === 'E' || group === 'F');

/** The records of a campaign that is stopped when it has asked so many times whether to. */
async function recordsUntil(asked: number) {
  const records: CaseRecord[] = [];
  let times = 0;
  const result = await runCampaign({
    hosts: [host],
    attacks,
    stored: [],
    seed: 9,
    runs: 4,
    stop: () => ++times >= asked,
    onRecord: (record) => records.push(record),
  });
  return { result, records };
}

describe('a campaign that is stopped', () => {
  it('has judged a prefix of the same sequence, and says that it is not complete', async () => {
    const whole = await recordsUntil(Number.POSITIVE_INFINITY);
    const cut = await recordsUntil(1);
    expect(whole.result.done).toBe(whole.result.planned);
    expect(cut.result.planned).toBe(whole.result.planned);
    expect(cut.result.done).toBeGreaterThan(0);
    expect(cut.result.done).toBeLessThan(whole.result.done);
    expect(cut.records).toEqual(whole.records.slice(0, cut.records.length));
  });

  it('goes further the later it is stopped', async () => {
    const [first, second] = [await recordsUntil(1), await recordsUntil(2)];
    expect(second.result.done).toBeGreaterThan(first.result.done);
    expect(second.records.slice(0, first.records.length)).toEqual(first.records);
  });
});
