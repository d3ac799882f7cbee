/**
 * `node dist/bench/detection.js [--cases N]`: cases until a broken verifier is caught, by structured attacks and by
 * blind mutation, each with the same number of cases (default 500).
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { catalogue } from '../src/attacks/catalogue.ts';
import { inLearnedOrder } from '../src/attacks/order.ts';
import { BlindYardstick, blindCases, detectBlind } from '../src/harness/blind.ts';
import { casesOf } from '../src/harness/campaign.ts';
import { isInapplicable } from '../src/harness/case.ts';
import { detect, SharedSequence, Yardstick } from '../src/harness/detection.ts';
import { directHost } from '../src/harness/direct-host.ts';
import { quantile } from '../src/report/zoo.ts';
import { referenceVerifier } from '../src/verifiers/reference/reference.ts';
import { sentinels } from '../src/verifiers/zoo/sentinels.ts';
import { runaways, zoo } from '../src/verifiers/zoo/zoo.ts';

interface Found {
  readonly caught: boolean;
  readonly cases: number;
}

const { values } = parseArgs({ options: { cases: { type: 'string', default: '500' } } });
const most = Number(values.cases);
const reference = await directHost('reference', referenceVerifier());

function* first<T>(items: Iterable<T>, isCounted: (item: T) => boolean): Generator<T> {
  let left = most;
  for (const item of items) {
    if (isCounted(item)) left--;
    if (left < 0) return;
    yield item;
  }
}

const drawn = casesOf({ stored: [], attacks: inLearnedOrder(catalogue), seed: 1, runs: most });
const structured = new SharedSequence(first(drawn, (one) => !isInapplicable(one)));
const blind = new SharedSequence(first(blindCases(1), () => true));
const yardsticks = { structured: new Yardstick(reference), blind: new BlindYardstick(reference) };
const animals = zoo.filter((one) => !sentinels.includes(one) && !runaways.includes(one.id));
const found: { readonly structured: Found; readonly blind: Found }[] = [];
for (const { id, create } of animals) {
  const host = await directHost(`zoo:${id}`, create());
  found.push({
    structured: await detect(host, structured, yardsticks.structured),
    blind: await detectBlind(host, blind, yardsticks.blind, { most }),
  });
}

function line(name: string, rows: readonly Found[]): string {
  const caughtAt = rows.filter(({ caught }) => caught).map(({ cases }) => cases);
  return [
    name.padEnd(12),
    `caught ${caughtAt.length} of ${rows.length}`,
    `median ${quantile(caughtAt, 0.5)}`,
    `90th percentile ${quantile(caughtAt, 0.9)}`,
    `never ${rows.length - caughtAt.length}`,
  ].join('  ');
}

process.stdout.write(`Cases until caught, of ${most} for each animal, seed 1. Left out: ${runaways.join(', ')}
(they end only in a process of their own; "gauntlet zoo" runs them).

${line(
  'structured',
  found.map((row) => row.structured),
)}
${line(
  'blind',
  found.map((row) => row.blind),
)}

No coverage-guided fuzzer is compared: Jazzer.js 4 wants a newer glibc than Debian 12 has, and AFL++ and libFuzzer
run on native code, which these verifiers are not.
`);
