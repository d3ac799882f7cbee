/**
 * Results as SARIF 2.1.0 (OASIS): a rule for each attack, a result for each finding, placed at its stored case.
 *
 * @module
 */
import type { Listing } from '../attacks/catalogue.ts';
import { listReplayable } from '../attacks/replayable.ts';
import { escapeText } from '../escape-text.ts';
import type { Finding } from '../harness/finding.ts';
import { storedName } from '../harness/keep-case.ts';
import { documents } from '../suit/clause.ts';
import type { BaselineComparison } from './baseline.ts';
import type { Results } from './results.ts';

export interface SarifOptions {
  readonly baseline?: BaselineComparison;
  /** Where the reports lie, as a relative path with slashes; default: beside the file. */
  readonly folder?: string;
  /** Ids of the findings that have a stored case; the others are placed at results.json. */
  readonly stored?: ReadonlySet<string>;
}

type Level = 'error' | 'warning' | 'note';

export function renderSarif(results: Results, options: SarifOptions = {}): string {
  const rules = rulesOf(results);
  const places = new Map(rules.map(({ id }, i) => [id, i]));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'suit-gauntlet', version: results.version, rules } },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: results.complete }],
        properties: {
          seed: results.seed,
          revision: results.revision,
          verifiers: Object.keys(results.verifiers).map(escapeText),
        },
        results: results.findings.map((finding) =>
          resultOf(finding, places.get(finding.attack) ?? -1, options),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, null, 1)}\n`;
}

/** Of what was run and what was found. */
function rulesOf(results: Results) {
  const listings = new Map(listReplayable().map((one) => [one.id, one]));
  const run = Object.values(results.attacks).flatMap((attacks) => Object.keys(attacks));
  const ids = new Set([...run, ...results.findings.map(({ attack }) => attack)]);
  return [...ids].sort().map((id) => ruleOf(id, listings.get(id)));
}

function ruleOf(id: string, listing: Listing | undefined) {
  if (listing === undefined) {
    const text = 'A finding about a whole family or about valid deliveries.';
    return { id, shortDescription: { text }, help: { text }, defaultConfiguration: { level: 'error' } };
  }
  const { change, family, handle, strengths, clause, threats, requirements } = listing;
  const documentNames: Readonly<Record<string, string>> = documents;
  const where = `${documentNames[clause.doc] ?? clause.doc} §${clause.section}`;
  const text = [
    `Attack ${handle}, family ${family}. What is changed: ${change}`,
    `Clause: ${where}. Strength: ${strengths.join(', ')}.`,
    ...(threats.length > 0 ? [`Threats (RFC 9124): ${threats.join(', ')}.`] : []),
    ...(requirements.length > 0 ? [`Requirements (RFC 9124): ${requirements.join(', ')}.`] : []),
  ].join('\n');
  return {
    id,
    name: id,
    shortDescription: { text: plainText(change) },
    help: { text: plainText(text) },
    defaultConfiguration: { level: levelOf(strengths[0] ?? 'must-reject') },
    properties: { tags: ['security', family, ...requirements] },
  };
}

function resultOf(finding: Finding, ruleIndex: number, { baseline, folder, stored }: SarifOptions) {
  const { id, fingerprint, verifier, kind, attack, strength, clause, note, replay } = finding;
  const file = stored?.has(id) ? `findings/${storedName(id)}.json` : 'results.json';
  const uri = encodeURI(folder === undefined || folder === '' ? file : `${folder}/${file}`);
  const reason = baseline?.known.get(fingerprint);
  return {
    ruleId: attack,
    ...(ruleIndex >= 0 && { ruleIndex }),
    level: levelOf(strength),
    message: {
      text: plainText(`${verifier}: ${kind}. ${note} (${clause}, ${strength}). See it again: ${replay}`),
    },
    locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } } }],
    partialFingerprints: { 'suitGauntlet/v1': fingerprint },
    ...(baseline && { baselineState: reason === undefined ? 'new' : 'unchanged' }),
    ...(reason !== undefined && {
      suppressions: [{ kind: 'external', justification: plainText(reason) }],
    }),
    properties: { verifier: escapeText(verifier), kind },
  };
}

function levelOf(strength: string): Level {
  if (strength === 'should-reject') return 'warning';
  return strength === 'policy' ? 'note' : 'error';
}

/** Brackets and braces would be links and placeholders (SARIF §3.11.5, §3.11.6); lines of our own stay. */
function plainText(text: string): string {
  const shown = text.length > 4000 ? `${text.slice(0, 4000)} …` : text;
  const lines = shown.split('\n').map(escapeText).join('\n');
  return lines.replace(/[[\]]/g, '\\$&').replace(/[{}]/g, '$&$&');
}
