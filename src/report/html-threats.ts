/**
 * The page's threat view: RFC 9124's threats × verifiers, resisted with proof, failed, or not exercised and why.
 *
 * @module
 */
import type { Counts } from '../harness/tally.ts';
import { attackRow, heading, opener, type PageContext, type Tone, tableFrame } from './html-rows.ts';
import { type Html, html } from './html-template.ts';

/** A threat as the trace has it. */
export interface ShownThreat {
  readonly id: string;
  /** Of RFC 9124. */
  readonly section: string;
  readonly attacks: readonly { readonly id: string; readonly notYet: boolean }[];
  readonly requirements: readonly string[];
  /** Why no attack is there. */
  readonly reason?: string;
}

export interface ThreatStanding {
  readonly tone: Tone;
  readonly text: string;
}

export function threatSection(context: PageContext, threats: readonly ShownThreat[]): Html {
  const { results, verifiers } = context;
  if (threats.length === 0) return html``;
  const bodies = threats.map((threat) => {
    const id = `threat-${threat.id}`;
    const built = threat.attacks.filter(({ notYet }) => !notYet);
    const cells = verifiers.map((name) => {
      const { tone, text } = standing(threat, results.attacks[name] ?? {});
      return html`<td class="${tone} words">${text}</td>`;
    });
    const rows = built.map((one) => attackRow(context, one.id));
    const more = threat.attacks.length - built.length;
    return html`<tbody><tr class="family"><th scope="row">${opener(id, threat.id, `${built.length}`)}<small>RFC 9124 §${threat.section}; mitigated by ${threat.requirements.join(', ')}${
      more > 0 ? `; ${more} further attacks are not built yet` : ''
    }</small></th>${cells}</tr></tbody>
<tbody id="${id}" class="opened" hidden>
${rows}</tbody>
`;
  });
  return html`<section id="threats" aria-labelledby="threats-title"><h2 id="threats-title">Threats</h2>
<p class="lead">The threats of RFC 9124 §4.2. “Proven”: attacks that were refused at the check they aim at. A threat counts as resisted only as far as attacks prove it.</p>
${tableFrame(
  'Verifiers by threat',
  html`<table class="matrix worded">${heading('threat', verifiers)}
${bodies}</table>`,
)}</section>
`;
}

/** `attacks`: one verifier's counts by attack. */
export function standing(threat: ShownThreat, attacks: Readonly<Record<string, Counts>>): ThreatStanding {
  const built = threat.attacks.filter(({ notYet }) => !notYet);
  const counted = built.flatMap(({ id }) => attacks[id] ?? []);
  const failed = counted.filter((counts) => counts.failed > 0);
  if (failed.length > 0)
    return { tone: 'bad', text: `failed: ${failed.length} of ${counted.length} attacks` };
  const unproven = counted.filter(({ proven }) => proven === 0);
  const rest = inWords(unproven);
  if (unproven.length < counted.length) {
    const tone = counted.some(({ weak }) => weak > 0) ? 'warn' : 'good';
    const text = `resisted: ${counted.length - unproven.length} of ${counted.length} attacks proven`;
    return { tone, text: rest === '' ? text : `${text}; ${rest}` };
  }
  const why = (): string => {
    if (threat.attacks.length === 0) return threat.reason ?? 'no attack is about it';
    if (built.length === 0) return `its ${threat.attacks.length} attacks are not built yet`;
    return counted.length === 0 ? 'its attacks were not in this run' : rest;
  };
  return { tone: 'none', text: `not exercised: ${why()}` };
}

/** Each attack once, by what says most about it. */
function inWords(unproven: readonly Counts[]): string {
  const reasons = [
    ['weak', 'weak'],
    ['unattributed', 'refused without saying where'],
    ['masked', 'refused before the aimed check'],
    ['policy', 'policy only'],
    ['accepted', 'rightly accepted'],
    ['inconclusive', 'inconclusive'],
    ['skipped', 'need what is not claimed'],
    ['inapplicable', 'never applicable'],
  ] as const;
  const found = unproven.map((counts) => reasons.find(([verdict]) => counts[verdict] > 0)?.[1] ?? 'no case');
  return [...new Set(found)]
    .map((words) => `${found.filter((one) => one === words).length} ${words}`)
    .join(', ');
}
