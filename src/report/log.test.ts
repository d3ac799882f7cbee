import { describe, expect, it } from 'vitest';
import { selectAttacks } from '../attacks/catalogue.ts';
import { runCampaign } from '../harness/campaign.ts';
import type { CaseRecord } from '../harness/record.ts';
import { directHost } from '../harness/direct-host.ts';
import { findingsOf } from '../harness/findings.ts';
import { jsonSchema } from '../json-schema.ts';
import { zoo } from '../verifiers/zoo/zoo.ts';
import { type LogHeader, logFormat, logLine, resultsOfLog } from './log.ts';
import { makeResults } from './results.ts';

const attacks = selectAttacks('rollback') ?? [];
const animal = zoo.find(({ id }) => id === 'never-checks-sequence') as (typeof zoo)[number];
const host = await directHost('zoo:never-checks-sequence', animal.create());
const records: CaseRecord[] = [];
const campaign = await runCampaign({
  hosts: [host],
  attacks,
  stored: [],
  seed: 3,
  runs: 2,
  onRecord: (record) => records.push(record),
});
const about = { version: '0', seed: 3, subject: 'test', notYet: 1 };
const header: LogHeader = { ...about, format: logFormat, planned: campaign.planned, verifiers: [host.spec] };
const text = [header, ...records.map(logLine)].map((line) => `${JSON.stringify(line)}\n`).join('');

describe('results of a log', () => {
  it('are those of the run, but for shrinking and stored cases', async () => {
    const options = { seed: 3, shrinkTries: 0, withoutSecrets: false };
    const findings = await findingsOf(campaign, attacks, options);
    const whole = makeResults({ ...about, campaign, findings, attacks, notes: [] });
    const made = resultsOfLog(text, attacks, 'log');
    const plain = (of: typeof whole) => ({
      ...of,
      notes: [],
      findings: of.findings.map(({ fingerprint, kind, attack, cases }) => ({
        fingerprint,
        kind,
        attack,
        cases,
      })),
    });
    expect(plain(made)).toEqual(plain(whole));
    expect(made.findings.length).toBeGreaterThan(0);
    expect(jsonSchema('results').check(JSON.parse(JSON.stringify(made)))).toBeUndefined();
  });

  it('are incomplete where the run was killed, whatever became of the last line', () => {
    const lines = text.split('\n');
    const cut = `${lines.slice(0, 12).join('\n')}\n${lines[12]?.slice(0, 20)}`;
    const made = resultsOfLog(cut, attacks, 'log');
    expect(made.complete).toBe(false);
    const counted = Object.values(made.verifiers[host.spec] ?? {}).reduce((sum, n) => sum + n, 0);
    expect(counted).toBe(11);
  });

  it('are refused for a log that is none', () => {
    expect(() => resultsOfLog('', attacks, 'the log')).toThrow('the log');
    expect(() => resultsOfLog('{"n":0}\n', attacks, 'the log')).toThrow(logFormat);
    expect(() => resultsOfLog(`${JSON.stringify(header)}\nnot json\n`, attacks, 'the log')).toThrow('line 2');
    const other = { ...header, verifiers: ['other'] };
    const foreign = `${JSON.stringify(other)}\n${text.split('\n')[1]}\n`;
    expect(() => resultsOfLog(foreign, attacks, 'the log')).toThrow('zoo:never-checks-sequence');
  });
});
