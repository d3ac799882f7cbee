import { describe, expect, it } from 'vitest';
import { selectAttacks } from '../attacks/catalogue.ts';
import { replayable } from '../attacks/replayable.ts';
import { recipientToJson } from '../device/json.ts';
import type { Recipient } from '../device/recipient.ts';
import { runCampaign } from '../harness/campaign.ts';
import type { DeadControls } from '../harness/dead-controls.ts';
import { directHost } from '../harness/direct-host.ts';
import { type RecordLine, recordLine } from '../harness/record.ts';
import { seedOf } from '../harness/scenario-pool.ts';
import type { Shard } from '../harness/sequence.ts';
import type { Host } from '../verifiers/host.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import { zoo } from '../verifiers/zoo/zoo.ts';
import { collate, type LogHeader, logFormat, openLog, type TextLine } from './log.ts';

const attacks = selectAttacks('rollback') ?? [];
const animal = zoo.find(({ id }) => id === 'never-checks-sequence') as (typeof zoo)[number];
const broken = await directHost('zoo:never-checks-sequence', animal.create());

/** What a run, or a shard of one, writes to its log. */
async function logged(hosts: readonly Host[], shard?: Shard, deadControls = 10): Promise<string> {
  const lines: unknown[] = [];
  const rounds = { runs: 2, histories: 3 };
  const campaign = await runCampaign({
    hosts,
    attacks,
    stored: [],
    seed: 3,
    ...rounds,
    ...(shard && { shard, deadControls }),
    onRecord: (record) => lines.push(recordLine(record)),
  });
  const header: LogHeader = {
    ...{ format: logFormat, version: '0', seed: 3, subject: 'test', notYet: 1, notes: [], inputs: {} },
    planned: campaign.planned,
    verifiers: hosts.map(({ spec }) => spec),
    choice: { ...rounds, stored: false },
    ...(shard && { shard }),
  };
  return [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}

function* linesOf(text: string): Generator<TextLine> {
  const lines = text.split('\n');
  lines.pop();
  let end = 0;
  for (const line of lines) {
    end += Buffer.byteLength(line) + 1;
    yield { text: line, end };
  }
}

const open = (text: string) => openLog(linesOf(text), 'the log');

function collated(texts: readonly string[], deadControls?: DeadControls) {
  const lines: RecordLine[] = [];
  const found = collate(texts.map(open), replayable, {
    onLine: (line) => lines.push(line),
    ...(deadControls && { deadControls }),
  });
  const { tallies, failures, done } = found.collation;
  return { ...found, lines, tallies: [...tallies], failures: [...failures.values()], done };
}

const text = await logged([broken]);

describe('a log', () => {
  it('adds up to what the run counted', async () => {
    const campaign = await runCampaign({
      hosts: [broken],
      attacks,
      stored: [],
      seed: 3,
      runs: 2,
      histories: 3,
    });
    const { tallies, done, failures, next, end } = collated([text]);
    expect(tallies).toEqual([[broken.spec, campaign.tallies.get(broken)]]);
    expect([done, next, end]).toEqual([campaign.planned, campaign.planned, Buffer.byteLength(text)]);
    expect(failures.map(({ fingerprint, cases }) => [fingerprint, cases])).toEqual(
      campaign.failures.map(({ fingerprint, cases }) => [fingerprint, cases]),
    );
    expect(failures.length).toBeGreaterThan(0);
  });

  it('counts whole cases where the run was killed, and says where they end', () => {
    const lines = text.split('\n');
    const whole = collated([`${lines.slice(0, 12).join('\n')}\n`]);
    const cut = collated([`${lines.slice(0, 12).join('\n')}\n${lines[12]?.slice(0, 20)}`]);
    expect(cut.tallies).toEqual(whole.tallies);
    expect(cut.end).toBe(whole.end);
    expect(Buffer.from(text)[cut.end - 1]).toBe(0x0a);
    expect(cut.done).toBeLessThan(11);
  });

  it('is refused where it is none', () => {
    expect(() => open('')).toThrow('the log');
    expect(() => open('{"n":0}\n')).toThrow(logFormat);
    const [header, first] = text.split('\n');
    expect(() => collated([`${header}\nnot json\n`])).toThrow('line 2');
    const other = { ...JSON.parse(header as string), verifiers: ['other'] };
    expect(() => collated([`${JSON.stringify(other)}\n${first}\n`])).toThrow('zoo:never-checks-sequence');
  });
});

describe('the logs of shards', () => {
  const shardsOf = (hosts: readonly Host[], of: number, deadControls?: number) =>
    Promise.all(Array.from({ length: of }, (_, i) => logged(hosts, { index: i + 1, of }, deadControls)));

  it('are together the log of the whole run, in whatever order they come', async () => {
    const hosts = [await directHost('reference', referenceVerifier()), broken];
    const one = await logged(hosts);
    const whole = one.split('\n').slice(1, -1);
    const shards = await shardsOf(hosts, 3);
    for (const order of [shards, [...shards].reverse()])
      expect(collated(order).lines.map((line) => JSON.parse(JSON.stringify(line)))).toEqual(
        whole.map((line) => JSON.parse(line)),
      );
    // None has nearly all of it.
    for (const shard of shards) expect(shard.split('\n').length).toBeLessThan(whole.length / 2);
    expect(() => collated([one, one])).toThrow('once more');
  });

  /** Crashes at about this share of the recipients, always at the same ones. */
  function dyingHost(share: number): Host {
    const isDeadly = (recipient: Recipient): boolean =>
      seedOf(JSON.stringify(recipientToJson(recipient))) % 100 < share * 100;
    return {
      ...broken,
      spec: 'dying',
      trial: async (recipient, deliveries) =>
        isDeadly(recipient) ? [{ kind: 'crashed', error: 'dead' }] : broken.trial(recipient, deliveries),
    };
  }

  it('leave a verifier that dies where one process would have left it', async () => {
    const hosts = [dyingHost(0.7)];
    const one = (await logged(hosts)).split('\n').slice(1, -1);
    const from = one.findIndex((line) => line.includes('three dead controls'));
    expect(from).toBeGreaterThan(3);
    const { lines, deadControls } = collated(await shardsOf(hosts, 3));
    expect(lines.map((line) => JSON.stringify(line))).toEqual(one);
    expect(deadControls.isStopped('dying')).toBe(true);
  });

  it('are refused where a shard gave up a verifier that one process would not have', async () => {
    const [dead, , third] = await shardsOf([dyingHost(1)], 3, 1);
    const [, alive] = await shardsOf([dyingHost(0)], 3, 1);
    expect(() => collated([dead, alive, third] as string[])).toThrow('gave up');
  });
});
