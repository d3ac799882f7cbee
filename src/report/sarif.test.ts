import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { selectAttacks } from '../attacks/catalogue.ts';
import { replayable } from '../attacks/replayable.ts';
import { runCampaign } from '../harness/campaign.ts';
import { directHost } from '../harness/direct-host.ts';
import { findingsOf } from '../harness/findings.ts';
import { createVerifier } from '../verifiers/reference/reference.ts';
import { exampleFinding, exampleResults, hostile, lower } from './fixtures/results.ts';
import { renderSarif } from './sarif.ts';

const schemaFile = process.env.GAUNTLET_SARIF_SCHEMA ?? '';

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

  it('has rules with help for what is composed of several deliveries or attacks', () => {
    const composed = replayable.filter(({ id }) => /^(?:history|pair|blind)\./.test(id)).map(({ id }) => id);
    expect(composed.length).toBeGreaterThan(3);
    const findings = composed.map((attack) => exampleFinding({ attack }));
    const { rules } = parse(exampleResults({ attacks: {}, findings }));
    expect(rules.map(({ id }) => id).sort()).toEqual(composed.toSorted());
    for (const { help } of rules) expect(help.text).toMatch(/^Attack .*What is changed: \S.*\nClause: .* §/);
  });

  it('has fingerprints that follow the defect, not the case', async () => {
    const attacks = selectAttacks('E') ?? [];
    const fingerprints = async (seed: number): Promise<readonly string[]> => {
      const host = await directHost('mine', createVerifier({ rules: { acceptsSequence: () => true } }));
      const campaign = await runCampaign({ hosts: [host], attacks, stored: [], seed, runs: 2 });
      const findings = await findingsOf(campaign, [], { seed, shrinkTries: 0, withoutSecrets: false });
      expect(findings.length).toBeGreaterThan(2);
      const { results } = parse(exampleResults({ findings }));
      return results.map(({ partialFingerprints }) => Object.values(partialFingerprints).join());
    };
    const [one, other] = [await fingerprints(1), await fingerprints(2)];
    expect(new Set(one).size).toBe(one.length);
    expect(other.toSorted()).toEqual(one.toSorted());
  });

  // The schema is OASIS's own and no part of this repository: sarif-schema-2.1.0.json, named by the variable.
  it.skipIf(!existsSync(schemaFile))('fits the schema of OASIS', () => {
    const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(schemaFile, 'utf8'));
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    const findings = ['history.mixed', lower, 'rollback'].map((attack) =>
      exampleFinding({ attack, note: hostile, verifier: hostile }),
    );
    const baseline = { known: new Map([['ffff000011112222', hostile]]), problems: [] };
    for (const options of [{}, { baseline, folder: 'a b', stored: new Set(['aaaa11112222']) }]) {
      const log = JSON.parse(renderSarif(exampleResults({ findings }), options));
      expect(validate(log) || validate.errors).toBe(true);
      log.runs[0].results[0].level = 'no level';
      expect(validate(log)).toBe(false);
    }
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
