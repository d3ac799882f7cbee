import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { selectAttacks } from '../attacks/catalogue.ts';
import { boundedVerifier } from '../verifiers/bounded/bounded.ts';
import { runCampaign } from './campaign.ts';
import { costlyPlaces, storeCostly } from './costly-cases.ts';
import { CostTally, countedCost } from './costs.ts';
import { directHost } from './direct-host.ts';
import { caseFromFile } from './finding.ts';
import type { RecordLine } from './record.ts';
import { casesAt } from './sequence.ts';

const line = (over: Partial<RecordLine>): RecordLine => ({
  ...{ n: 0, case: 0, of: 'attacked', attack: 'a', family: 'replay', round: 0, verifier: 'v', dimension: '' },
  ...{ verdict: 'proven', note: '' },
  ...over,
});

describe('counted costs', () => {
  it('are spread by family, and the costliest of each attack is known', () => {
    const tally = new CostTally();
    for (let i = 1; i <= 10; i++)
      tally.add(line({ case: i, attack: `a${i % 7}`, cost: { steps: i, highWaterBytes: 5 } }));
    tally.add(line({ case: 11, family: 'valid', of: 'control', cost: { steps: 3 } }));
    tally.add(line({ case: 12 }));
    tally.add(line({ case: 13, verifier: 'counts nothing' }));
    const { v, ...others } = tally.sheets();
    expect(others).toEqual({});
    expect(v?.families).toEqual({
      replay: {
        steps: { deliveries: 10, least: 1, median: 5, p90: 9, most: 10 },
        highWaterBytes: { deliveries: 10, least: 5, median: 5, p90: 5, most: 5 },
      },
      valid: { steps: { deliveries: 1, least: 3, median: 3, p90: 3, most: 3 } },
    });
    const of = (metric: string) => v?.costliest.filter((one) => one.metric === metric);
    expect(of('steps')?.map(({ value, attack }) => [value, attack])).toEqual(
      [10, 9, 8].map((n) => [n, `a${n % 7}`]),
    );
    // Of those that cost the same, the first.
    expect(of('highWaterBytes')?.map((one) => one.case)).toEqual([1, 2, 3]);
  });

  it('are known only of what a verifier counts', () => {
    expect(countedCost({ kind: 'rejected', cost: { wantedBytes: 9 } })).toBeUndefined();
    expect(countedCost({ kind: 'rejected', cost: { steps: 0, wantedBytes: 9 } })).toEqual({ steps: 0 });
    expect(countedCost({ kind: 'hung', afterMs: 1 })).toBeUndefined();
  });
});

describe('the costliest deliveries of a run', () => {
  it('are stored as cases that cost as much again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gauntlet-costly-'));
    try {
      const host = await directHost('bounded', boundedVerifier());
      const attacks = [...(selectAttacks('E01') ?? []), ...(selectAttacks('res.loop.true') ?? [])];
      const sequence = { attacks, stored: [], seed: 2, runs: 6 };
      const { costs } = await runCampaign({ ...sequence, hosts: [host] });
      const cases = casesAt(sequence, costlyPlaces(costs));
      const { bounded } = storeCostly(costs, cases, { folder, withoutSecrets: false });
      const delivered = bounded?.costliest ?? [];
      expect(new Set(delivered.map(({ of }) => of))).toEqual(new Set(['attacked', 'control']));
      for (const { id, of, metric, value, replay } of delivered) {
        const file = join(folder, `${id}.json`);
        expect(replay).toBe(`gauntlet replay ${file} --verifier bounded`);
        const stored = caseFromFile(JSON.parse(readFileSync(file, 'utf8')), file);
        expect(stored.attack === 'valid').toBe(of === 'control');
        const { recipient, steps } = stored.attacked;
        const outcomes = await host.trial(
          recipient,
          steps.map(({ delivery }) => delivery),
        );
        expect(countedCost(outcomes.at(-1))?.[metric]).toBe(value);
      }
      const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
      expect(files).toHaveLength(new Set(delivered.map(({ id }) => id)).size);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
