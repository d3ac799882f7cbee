import { describe, expect, it } from 'vitest';
import { mitigations, requirements } from '../attacks/requirements.ts';
import { emptyCounts } from '../harness/tally.ts';
import { jsonSchema } from '../json-schema.ts';
import type { Results } from '../report/results.ts';
import { type ClauseTraceInput, traceClauses } from './clause-trace.ts';
import { draftKeywords } from './draft-keywords.ts';
import { keywordCounts, ledger, parseLine } from './ledger.ts';
import type { LedgerLine } from './ledger-line.ts';
import { renderTrace } from './render-trace.ts';
import { traceThreats } from './threat-trace.ts';
import { currentWorld, type World, type WorldAttack } from './world.ts';

const attack = (id: string, notYet = false): WorldAttack => ({ id, notYet, threats: [], requirements: [] });

/** A small world in which nothing is loose. */
const world: World = {
  attacks: [attack('built'), attack('later', true)],
  families: ['valid.one'],
  rules: ['rule'],
  steps: ['step:one'],
};
const whole: LedgerLine = ['m1-1', 'MUST', 'recipient', 'duty', 'valid.one', 'built', 'rule step:one'];

const small = (line: LedgerLine, input: ClauseTraceInput = {}) =>
  traceClauses({ rows: [parseLine(line)], counts: { '1': 1 }, world, ...input });

const withCover = (families: string, attacks: string, because?: string): LedgerLine => [
  'm1-1',
  'MUST',
  'recipient',
  'duty',
  families,
  attacks,
  'rule',
  ...(because === undefined ? ([] as const) : ([because] as const)),
];

describe('the ledger', () => {
  it('has nothing loose: no orphan, no dangling id, no rule or family without a clause', () => {
    expect(traceClauses().orphans).toEqual([]);
  });

  it('has a row for each of the 161 keywords of the draft', () => {
    expect(Object.values(keywordCounts).reduce((a, b) => a + b)).toBe(161);
    const places = ledger
      .filter(({ clause, place }) => clause.doc === 'manifest' && place !== undefined)
      .map(({ clause, place }) => `${clause.section}-${place}`);
    expect(new Set(places).size).toBe(161);
  });

  it('says why where nobody but an author or a document is bound, and names keywords that fit', () => {
    for (const { id, binds, because, keyword, place, clause } of ledger) {
      const bindsRecipient = binds === 'recipient' || binds === 'both';
      if (!bindsRecipient) expect([id, because]).not.toEqual([id, undefined]);
      if (clause.doc !== 'manifest') continue;
      expect([id, place === undefined]).toEqual([id, keyword === 'statement' || keyword === 'CDDL']);
    }
  });
});

describe('the world', () => {
  it('has each valid family that is drawn, of plans or beside them, and no other', () => {
    const { families } = currentWorld();
    expect(families).toEqual(
      expect.arrayContaining(['valid.custom', 'valid.example.published', 'valid.auth.policy']),
    );
    expect(families).not.toContain('valid.delegation');
    expect(new Set(families).size).toBe(families.length);
  });
});

describe('traceClauses', () => {
  it('finds nothing loose in a small world that is whole', () => {
    expect(small(whole).orphans).toEqual([]);
  });

  it.each([
    ['a row that nothing covers', withCover('', ''), 'm1-1: no valid family and no attack covers it'],
    ['an unknown attack', withCover('valid.one', 'gone'), 'there is no attack gone'],
    ['an unknown family', withCover('valid.two', 'built'), 'there is no valid family valid.two'],
    [
      'an unknown rule',
      [...whole.slice(0, 6), 'no-rule'] as unknown as LedgerLine,
      'there is no rule or step no-rule',
    ],
    [
      'a rule without a clause',
      [...whole.slice(0, 6), ''] as unknown as LedgerLine,
      'rule rule of the reference',
    ],
    ['a family without a clause', withCover('', 'built'), 'valid family valid.one covers no clause'],
    [
      'a keyword without a row',
      ['m1-s1', ...whole.slice(1)] as unknown as LedgerLine,
      'm1-1: the ledger has no row',
    ],
    [
      'a row without a keyword',
      ['m1-2', ...whole.slice(1)] as unknown as LedgerLine,
      'm1-2: the draft has no such',
    ],
  ])('reports %s', (_, line, message) => {
    expect(small(line).orphans.join('\n')).toContain(message);
  });

  it('reports an id that stands twice', () => {
    expect(small(whole, { rows: [parseLine(whole), parseLine(whole)] }).orphans.join()).toContain('twice');
  });

  it('tells covered, planned and not testable apart', () => {
    const status = (line: LedgerLine) => small(line).rows[0]?.status;
    expect(status(withCover('', 'later built'))).toBe('covered');
    expect(status(withCover('valid.one', 'later'))).toBe('covered');
    expect(status(withCover('', 'later'))).toBe('planned');
    expect(status(withCover('', 'later', 'why'))).toBe('planned');
    expect(status(withCover('', '', 'why'))).toBe('not-testable');
    expect(small(withCover('', 'later')).summary).toMatchObject({
      rows: 1,
      recipient: { covered: 0, planned: 1 },
      others: { planned: 0 },
    });
  });

  it('shows the verdicts of a run, those that fell', () => {
    const counts = { ...emptyCounts(), proven: 3 };
    const results = { attacks: { mine: { built: counts } } } as unknown as Results;
    const trace = small(whole, { results });
    expect(trace.rows[0]?.attacks).toEqual([
      { id: 'built', notYet: false, verdicts: { mine: { proven: 3 } } },
    ]);
    expect(renderTrace(trace)).toContain('built (mine: 3 proven)');
  });

  it('refuses an id of another form', () => {
    expect(() => parseLine(['x1', ...whole.slice(1)] as unknown as LedgerLine)).toThrow(RangeError);
  });
});

describe('traceThreats', () => {
  it('says of each threat and requirement without a built attack why', () => {
    const { threats, requirements } = traceThreats();
    const bare = [...threats, ...requirements].filter(({ status }) => status !== 'covered');
    expect(bare.length).toBeGreaterThan(0);
    for (const { id, reason } of bare) expect(reason, id).toMatch(/\S{3}/);
    const [first] = bare;
    expect(renderTrace(traceThreats())).toContain(`| ${first?.status} | ${first?.reason?.split(' (')[0]}`);
  });

  it('has an attack or a reason for each threat and requirement of RFC 9124', () => {
    const trace = traceThreats();
    expect([trace.threats.length, trace.requirements.length]).toEqual([18, 35]);
    expect(trace.orphans).toEqual([]);
    expect(new Set(Object.values(mitigations).flat()).size).toBeLessThanOrEqual(
      Object.keys(requirements).length,
    );
    for (const { id, requirements: of } of trace.threats) expect([id, of.length]).not.toEqual([id, 0]);
  });

  it('reports threats without attack, and reasons that are out of date', () => {
    const { orphans } = traceThreats({ world: { ...world, attacks: [] } });
    expect(orphans.filter((line) => line.includes('no attack bears it'))).toHaveLength(18 + 34);
    const stale = traceThreats({
      reasons: { 'THREAT.IMG.EXPIRED': 'none', 'REQ.SEC.KEY.PROTECTION': 'none' },
    });
    expect(stale.orphans).toEqual([expect.stringContaining('THREAT.IMG.EXPIRED: has attacks')]);
  });
});

describe('both views', () => {
  it('fit their schema', () => {
    for (const trace of [traceClauses(), traceThreats()])
      expect(jsonSchema('trace').check(JSON.parse(JSON.stringify(trace)))).toBeUndefined();
    expect(jsonSchema('trace').check({ ...traceThreats(), view: 'clauses' })).toBeDefined();
  });

  it('name every item in Markdown, and orphans at the end', () => {
    const text = renderTrace(traceThreats());
    for (const id of Object.keys(requirements)) expect(text).toContain(id);
    expect(renderTrace(small(withCover('', '')))).toMatch(/## Orphans\n\n- m1-1/);
  });
});

describe('draftKeywords', () => {
  it('counts by section as printed, beyond headings, front matter and code', () => {
    const markdown = [
      'MUST',
      '--- middle',
      '# One',
      '## MUST Sub',
      'It MUST NOT be, and SHOULD; must not count. MUSTARD neither.',
      '~~~',
      '# MAY in a comment',
      '~~~',
      '# Two',
      'OPTIONAL',
      '--- back',
      '# Appendix',
      '## Sub',
      'NOT RECOMMENDED',
    ].join('\n');
    expect([...draftKeywords(markdown)]).toEqual([
      ['1.1', ['MUST NOT', 'SHOULD', 'MAY']],
      ['2', ['OPTIONAL']],
      ['A.1', ['NOT RECOMMENDED']],
    ]);
  });
});
