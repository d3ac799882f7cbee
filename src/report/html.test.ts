import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toHex } from '../cbor/hex.ts';
import { caseFromFile, judgedEnvelope, type StoredCase } from '../harness/finding.ts';
import { emptyCounts } from '../harness/tally.ts';
import { jsonSchema } from '../json-schema.ts';
import { packageRoot } from '../package-root.ts';
import { exampleBench } from './fixtures/bench.ts';
import { exampleCosts, exampleFinding, exampleResults, hostile, lower } from './fixtures/results.ts';
import { renderHtml } from './html.ts';
import type { Evidence } from './html-evidence.ts';
import { pageScript } from './html-script.ts';
import { html, verbatim } from './html-template.ts';
import { standing } from './html-threats.ts';

const stored = (id: string): StoredCase => {
  const file = join(packageRoot(), 'corpus', 'cases', `${id}.json`);
  return caseFromFile(JSON.parse(readFileSync(file, 'utf8')), file);
};

const counts = { ...emptyCounts(), proven: 1 };

const evidence = (page: string): Evidence =>
  JSON.parse(/id="evidence">(.*?)<\/script>/s.exec(page)?.[1] ?? 'null') as Evidence;

describe('a template', () => {
  it('escapes text, in lists too, and leaves markup alone', () => {
    expect(html`<b title="${'a"b'}">${['<i>', html`<u>${'&'}</u>`, undefined, 3]}</b>`.markup).toBe(
      '<b title="a&#34;b">&#60;i&#62;<u>&#38;</u>3</b>',
    );
  });

  it('makes what steers a page visible', () => {
    expect(verbatim("'\\''\u202e<").markup).toBe('&#39;\\&#39;&#39;\\u{202e}&#60;');
    expect(html`${'a\u202eb\u0000'}`.markup).toBe('a\\u{202e}b\\u{0}');
  });
});

describe('the HTML report', () => {
  const finding = exampleFinding({
    verifier: hostile,
    note: hostile,
    choice: { text: hostile },
    replay: hostile,
    outcome: { kind: 'rejected', reason: 'unstated', detail: hostile, effects: [`fetch ${hostile}`] },
  });
  const { mine } = exampleResults().attacks;
  const attacked = exampleResults({
    verifiers: { [hostile]: { ...emptyCounts(), failed: 1 } },
    attacks: { [hostile]: mine ?? {} },
    policy: { [hostile]: { [lower]: { [hostile]: { accepted: 1, refused: { [hostile]: 1 } } } } },
    findings: [finding],
    notes: [hostile],
    subject: hostile,
  });
  const baseline = { known: new Map([[finding.fingerprint, hostile]]), problems: [hostile] };

  it('takes nothing that a verifier says for markup', () => {
    const page = renderHtml({ results: attacked, baseline });
    expect(page.match(/<script\b/g)).toHaveLength(2);
    expect(page.match(/<\/script/g)).toHaveLength(2);
    expect(page).not.toContain('<img');
    expect(page).not.toMatch(/(?:href|src)="javascript:/);
    expect(['\u202e', '\u001b'].filter((character) => page.includes(character))).toEqual([]);
    expect(page).toContain('&#60;script&#62;alert(1)');
    // Every attribute's quotes are our own: no tag has an event handler.
    expect(page.replaceAll(/"[^"]*"/g, '').match(/<[^>]*\son\w+=/g)).toBeNull();
  });

  it('lets only its own script and style act, and loads nothing', () => {
    const page = renderHtml({ results: exampleResults() });
    const script = /<script>(.*?)<\/script>/s.exec(page)?.[1] ?? '';
    expect(script).toBe(pageScript);
    expect(page).toContain(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
    expect(page).not.toMatch(/url\(|@import/);
    expect(() => new Function(script)).not.toThrow();
  });

  it('has the terminal’s figures, and opens a family into its attacks with their findings', () => {
    const page = renderHtml({ results: exampleResults() });
    expect(page).toContain('title="1 proven, 2 failed">1/3 F2');
    expect(page).toContain('id="family-rollback"');
    expect(page).toContain('href="#finding/aaaa11112222"');
    expect(page).toContain('id="finding/aaaa11112222"');
  });

  it('lists a history in the family that it is counted in', () => {
    const counts = { ...emptyCounts(), proven: 5 };
    const of = { valid: { ...emptyCounts(), accepted: 7 }, replay: counts };
    const results = exampleResults({
      families: { mine: of },
      attacks: { mine: { 'history.mixed': counts } },
    });
    const bodies = renderHtml({ results }).split('<tbody');
    const body = bodies.find((one) => one.includes('id="family-replay"')) ?? '';
    expect(bodies.findLast((one) => one.includes('history.mixed'))).toBe(body);
    expect(body).toContain('5/5');
  });

  it('tells findings of two verifiers apart that have the same case', () => {
    const findings = [exampleFinding(), exampleFinding({ verifier: 'other', fingerprint: '1' })];
    const page = renderHtml({ results: exampleResults({ findings }) });
    expect(page.match(/id="finding\/aaaa11112222"/g)).toHaveLength(1);
    expect(page.match(/id="finding\/aaaa11112222\/2"/g)).toHaveLength(1);
  });

  it('says which findings are known, and why; new ones first', () => {
    const findings = [exampleFinding(), exampleFinding({ id: 'bbbb', fingerprint: '1' })];
    const known = new Map([['ffff000011112222', 'a waiver']]);
    const page = renderHtml({
      results: exampleResults({ findings }),
      baseline: { known, problems: ['new: it'] },
    });
    expect(page).toContain('1 new findings, 1 known');
    expect(page).toContain('<dt>Known because</dt><dd>a waiver</dd>');
    expect(page.indexOf('id="finding/bbbb"')).toBeLessThan(page.indexOf('id="finding/aaaa11112222"'));
  });

  it('carries both envelopes of a stored case, and where they differ', () => {
    const one = stored('cose.sig.flip');
    const results = exampleResults({ findings: [exampleFinding({ attack: 'cose.sig.flip' })] });
    const { envelopes, findings } = evidence(
      renderHtml({ results, cases: new Map([['aaaa11112222', one]]) }),
    );
    const pair = findings['finding/aaaa11112222'];
    expect(envelopes[pair?.attacked ?? -1]?.hex).toBe(
      toHex(judgedEnvelope(one.attacked) ?? new Uint8Array()),
    );
    expect(envelopes[pair?.control ?? -1]?.hex).not.toBe(envelopes[pair?.attacked ?? -1]?.hex);
    const differing = pair?.bytes.filter(([same]) => same === 0) ?? [];
    expect(differing.reduce((sum, [, , right]) => sum + right, 0)).toBeGreaterThan(0);
    expect(differing.reduce((sum, [, , right]) => sum + right, 0)).toBeLessThan(8);
  });

  it('sets a delivery of the control’s own bytes beside the one before it', () => {
    const one = stored('net.reorder');
    const { findings } = evidence(
      renderHtml({ results: exampleResults(), cases: new Map([['aaaa11112222', one]]) }),
    );
    const pair = findings['finding/aaaa11112222'];
    expect(pair?.attacked).toBe(pair?.control);
    expect(pair?.beside).not.toBe(pair?.control);
    expect(pair?.bytes.some(([same]) => same === 0)).toBe(true);
  });
});

describe('the costs on the page', () => {
  const results = exampleResults({
    costs: exampleCosts,
    families: { mine: { valid: emptyCounts(), rollback: emptyCounts() } },
  });
  const attack = stored('cose.sig.flip');
  const valid = { ...attack, attack: 'valid', attacked: attack.control };
  const cases = new Map([
    ['cccc11112222', attack],
    ['dddd11112222', valid],
  ]);
  const page = renderHtml({ results, cases });

  it('are the spread of each family, as figures and drawn', () => {
    expect(page).toContain('<a href="#cost">Cost</a>');
    expect(page).toContain(
      '<th scope="row">rollback</th><td>2</td><td>7</td><td>90</td><td>1234</td><td>310</td><td>320</td><td>320</td>',
    );
    expect(page).toContain('<title>Steps of a delivery, by family: mine</title>');
    expect(page.match(/class="most"/g)).toHaveLength(3);
    expect(page).not.toMatch(/NaN|Infinity/);
  });

  it('link the costliest deliveries to their cases', () => {
    expect(page).toContain('id="costly/0/steps/0"');
    expect(page).toContain('gauntlet replay costly/cccc11112222.json');
    const { envelopes, findings } = evidence(page);
    const pair = findings['costly/0/steps/0'];
    expect(pair?.beside).toBe(pair?.control);
    expect(envelopes[pair?.attacked ?? -1]?.hex).toBe(
      toHex(judgedEnvelope(attack.attacked) ?? new Uint8Array()),
    );
    // A valid delivery stands alone.
    expect(findings['costly/0/steps/1']).toMatchObject({ control: null, beside: null });
  });

  it('are left out where nothing is counted, and say who does not', () => {
    expect(renderHtml({ results: exampleResults() })).not.toContain('id="cost"');
    const two = exampleResults({ costs: exampleCosts, verifiers: { mine: counts, [hostile]: counts } });
    expect(renderHtml({ results: two })).toContain('These count nothing: &#60;/script&#62;');
  });
});

describe('the benchmark on the page', () => {
  const bench = exampleBench();

  it('has the figures, what is not to be trusted, and the plots', () => {
    expect(jsonSchema('bench').check(bench)).toBeUndefined();
    const page = renderHtml({ results: exampleResults(), bench });
    expect(page).toContain('<a href="#bench">Benchmark</a>');
    expect(page).toMatch(/<th scope="row">mine<\/th><td>example0<\/td><td>237<\/td>/);
    expect(page).toContain('wide spread');
    expect(page).toContain('<td>4 at 2</td><td>64 at 8</td><td>2.00 !</td>');
    expect(page.match(/<svg/g)).toHaveLength(2);
    expect(renderHtml({ results: exampleResults() })).not.toContain('id="bench"');
  });

  it('takes nothing that its file says for markup', () => {
    const text = JSON.stringify(bench).replaceAll('"mine"', JSON.stringify(hostile));
    const page = renderHtml({ results: exampleResults(), bench: JSON.parse(text) as typeof bench });
    expect(page.match(/<script\b/g)).toHaveLength(2);
    expect(page).not.toContain('<img');
    expect(['\u202e', '\u001b'].filter((character) => page.includes(character))).toEqual([]);
  });
});

describe('a threat', () => {
  const threat = {
    id: 'T',
    section: '4.2.1',
    requirements: [],
    attacks: ['a', 'b', 'c'].map((id) => ({ id, notYet: id === 'c' })),
  };
  const of = (over: Partial<ReturnType<typeof emptyCounts>>) => ({ ...emptyCounts(), ...over });

  it('is resisted only with proof, failed by one failure, or not exercised for a reason', () => {
    expect(standing(threat, { a: of({ proven: 1 }), b: of({ policy: 2 }) })).toEqual({
      tone: 'good',
      text: 'resisted: 1 of 2 attacks proven; 1 policy only',
    });
    expect(standing(threat, { a: of({ proven: 9 }), b: of({ failed: 1, proven: 3 }) }).tone).toBe('bad');
    expect(standing(threat, { a: of({ skipped: 4 }), b: of({ masked: 1 }) }).text).toBe(
      'not exercised: 1 need what is not claimed, 1 refused before the aimed check',
    );
    expect(standing(threat, {}).text).toContain('not in this run');
    expect(standing({ ...threat, attacks: [], reason: 'out of scope' }, {}).text).toContain('out of scope');
  });
});
