import { describe, expect, it } from 'vitest';
import { exampleFinding, exampleResults, hostile, lower } from './fixtures/results.ts';
import { renderSarif } from './sarif.ts';

interface Log {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly rules: readonly { readonly id: string; readonly help: { readonly text: string } }[];
      };
    };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
      }[];
      readonly partialFingerprints: Readonly<Record<string, string>>;
      readonly baselineState?: string;
      readonly suppressions?: readonly { readonly kind: string; readonly justification: string }[];
    }[];
  }[];
}

const parse = (...given: Parameters<typeof renderSarif>) => {
  const log = JSON.parse(renderSarif(...given)) as Log;
  expect(log.version).toBe('2.1.0');
  const [run] = log.runs;
  if (run === undefined) throw new Error('no run');
  return { rules: run.tool.driver.rules, results: run.results };
};

describe('SARIF', () => {
  it('has a rule for each attack that was run, with help, and results that point to theirs', () => {
    const { rules, results } = parse(exampleResults());
    expect(rules.map(({ id }) => id)).toEqual([lower]);
    expect(rules[0]?.help.text).toContain('draft-ietf-suit-manifest-37 §8.4.2');
    expect(results.map(({ ruleId, ruleIndex }) => [ruleId, rules[ruleIndex]?.id])).toEqual([[lower, lower]]);
  });

  it('has the level of the strength', () => {
    const findings = ['must-reject', 'must-accept', 'should-reject', 'policy'].map((strength) =>
      exampleFinding({ strength }),
    );
    const { results } = parse(exampleResults({ findings }));
    expect(results.map(({ level }) => level)).toEqual(['error', 'error', 'warning', 'note']);
  });

  it('has the finding’s fingerprint and the place of its stored case', () => {
    const options = { folder: 'reports/my run', stored: new Set(['aaaa11112222']) };
    const findings = [exampleFinding(), exampleFinding({ id: 'nothing-proven-x', attack: 'rollback' })];
    const { results } = parse(exampleResults({ findings }), options);
    expect(results[0]?.partialFingerprints).toEqual({ 'suitGauntlet/v1': 'ffff000011112222' });
    expect(results.map((one) => one.locations[0]?.physicalLocation.artifactLocation.uri)).toEqual([
      'reports/my%20run/findings/aaaa11112222.json',
      'reports/my%20run/results.json',
    ]);
  });

  it('says what is new against a baseline, and suppresses what is known with its reason', () => {
    const findings = [exampleFinding(), exampleFinding({ id: 'b', fingerprint: 'new' })];
    const baseline = { known: new Map([['ffff000011112222', 'a waiver']]), problems: [] };
    const { results } = parse(exampleResults({ findings }), { baseline });
    expect(results.map(({ baselineState }) => baselineState)).toEqual(['unchanged', 'new']);
    expect(results[0]?.suppressions?.[0]?.justification).toBe('a waiver');
    expect(results[1]?.suppressions).toBeUndefined();
    expect(parse(exampleResults()).results[0]?.baselineState).toBeUndefined();
  });

  it('makes no link, placeholder or escape sequence of what a verifier says', () => {
    const { results } = parse(exampleResults({ findings: [exampleFinding({ note: hostile })] }));
    const text = results[0]?.message.text ?? '';
    expect(['\u202e', '\u001b'].filter((character) => text.includes(character))).toEqual([]);
    expect(text).not.toMatch(/(?<!\\)\[/);
    expect(text).toContain('{{0}}');
  });
});
