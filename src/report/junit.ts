/**
 * Results as JUnit XML: a suite for each verifier, a test case for each attack.
 *
 * @module
 */
import { escapeText } from '../escape-text.ts';
import type { BaselineComparison } from './baseline.ts';
import type { Results } from './results.ts';

export function renderJunit(results: Results, baseline?: BaselineComparison): string {
  const suites = Object.entries(results.attacks).map(([verifier, attacks]) => {
    const cases = Object.entries(attacks).map(([id, counts]) => {
      const findings = results.findings.filter((f) => f.verifier === verifier && f.attack === id);
      const fresh = findings.filter((f) => !baseline?.known.has(f.fingerprint));
      const judged =
        counts.proven + counts.accepted + counts.unattributed + counts.failed + counts.weak + counts.policy;
      const body = [
        ...fresh.map((f) => `<failure type="${f.kind}" message="${xml(f.note)}">${xml(f.replay)}</failure>`),
        ...(judged === 0 && fresh.length === 0 ? ['<skipped/>'] : []),
      ].join('');
      return {
        failed: fresh.length > 0,
        skipped: judged === 0 && fresh.length === 0,
        xml: `    <testcase classname="${xml(verifier)}" name="${xml(id)}">${body}</testcase>`,
      };
    });
    const listed = new Set(Object.keys(attacks));
    const others = results.findings.filter(
      (f) => f.verifier === verifier && !listed.has(f.attack) && !baseline?.known.has(f.fingerprint),
    );
    for (const f of others)
      cases.push({
        failed: true,
        skipped: false,
        xml: `    <testcase classname="${xml(verifier)}" name="${xml(f.attack)}"><failure type="${f.kind}" message="${xml(f.note)}"/></testcase>`,
      });
    const failures = cases.filter((one) => one.failed).length;
    const skipped = cases.filter((one) => one.skipped).length;
    return `  <testsuite name="${xml(verifier)}" tests="${cases.length}" failures="${failures}" skipped="${skipped}" errors="0">\n${cases.map((one) => one.xml).join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="suit-gauntlet">\n${suites.join('\n')}\n</testsuites>\n`;
}

function xml(text: string): string {
  return escapeText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
