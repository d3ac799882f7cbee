/** What is shown without a verifier: explain, catalogue and trace. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonSchema } from '../json-schema.ts';
import { gauntlet } from './fixtures/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-views-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) => gauntlet(args);

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('gauntlet explain', () => {
  it('marks what is broken and ends with 1', () => {
    const { status, stdout } = run('explain', file('cut.suit', Uint8Array.of(0xd8, 0x6b, 0xa2, 0x02)));
    expect(status).toBe(1);
    expect(stdout).not.toBe('');
  });
});

describe('gauntlet catalogue', () => {
  it('lists what is built and what is not yet', () => {
    const rows = JSON.parse(run('catalogue', '--format', 'json').stdout) as { notYet: boolean }[];
    expect(rows.filter((row) => !row.notYet).length).toBeGreaterThan(60);
    expect(rows.some((row) => row.notYet)).toBe(true);
  });

  it('lists every valid family in the same shape, and says why one is not drawn', () => {
    const rows = JSON.parse(run('catalogue', '--valid', '--format', 'json').stdout);
    expect(jsonSchema('catalogue').check(rows)).toBeUndefined();
    const handles = rows.map((row: { handle: string }) => row.handle);
    expect(handles).toEqual(Array.from({ length: 64 }, (_, i) => `V${String(i).padStart(2, '0')}`));
    for (const row of rows) {
      expect(row).toMatchObject({ family: 'valid', group: 'V', strengths: ['must-accept'], threats: [] });
      expect(row.notYet).toBe(row.why !== undefined);
    }
    expect(run('catalogue', '--valid', '--only', 'V48').stdout).toContain('not yet: needs trust-domains');
  });
});

describe('gauntlet trace', () => {
  it('prints both views that fit their schema, and nothing else, with --format json', () => {
    for (const view of [[], ['--threats']]) {
      const { status, stdout } = run('trace', ...view, '--format', 'json');
      expect(status).toBe(0);
      expect(jsonSchema('trace').check(JSON.parse(stdout))).toBeUndefined();
    }
  });

  it('fails on a draft with keywords that the ledger lacks, and refuses what is no results file', () => {
    const draft = run('trace', '--draft', file('draft.md', '--- middle\n# One\nIt MUST be.\n'));
    expect(draft.status).toBe(1);
    expect(draft.stdout).toContain('m1-1: the draft has MUST here, the ledger nothing');
    const wrong = run('trace', '--results', file('no-results.json', '{}'));
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('[results-unreadable]')]);
    expect(run('trace', '--doc', 'nothing').status).toBe(2);
  });
});
