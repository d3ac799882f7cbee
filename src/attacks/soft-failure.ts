/**
 * Attacks on soft-failure and run-sequence: where the flag holds, and what it may soften (draft §6.4, §8.4.8.15,
 * §8.4.10.8).
 *
 * @module
 */
import fc from 'fast-check';
import { tstr } from '../cbor/item.ts';
import { manifest } from '../suit/clause.ts';
import { commandCode as code } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import {
  command,
  componentItems,
  fails,
  override,
  passing,
  runSequence,
  select,
  soft,
  tryEach,
} from './command-items.ts';
import { eitherAnswer, mustAccept, mustReject } from './expectation.ts';
import { missingUri } from './try-each.ts';
import { insert } from './twin.ts';

const common = { group: 'J', family: 'commands', by: 'author', threats: [], violates: [] } as const;
const inShared = { level: 'applicable' } as const;

/** An inner sequence takes soft failure back for itself; the outer one stays soft. */
export const restored: Attack<{ inner: 'try-each' | 'run-sequence' }> = {
  ...common,
  id: 'soft.scope.restore',
  handle: 'J23',
  change: 'let a condition fail in a soft run-sequence after an inner sequence that was not soft',
  expects: [mustAccept(manifest('8.4.8.15'), inShared)],
  choice: fc.record({ inner: fc.constantFrom('try-each', 'run-sequence') }),
  apply(scenario, { inner }) {
    const passes = passing(scenario.release);
    if (passes === undefined) return undefined;
    const hard = [...passes, ...soft(false)];
    const nested = inner === 'try-each' ? tryEach(hard, passes) : runSequence(hard);
    const run = runSequence([...select(0), ...soft(true), ...nested, ...fails]);
    return insert(scenario, [{ section: 'shared', commands: [...select(0), ...run] }]);
  },
};

const runs = {
  'hard-condition': mustReject(['condition-failed', 'abort'], manifest('8.4.8.15'), inShared),
  'soft-directive': mustReject(['directive-failed', 'fetch-failed'], manifest('8.4.10.8')),
  'soft-condition': mustAccept(manifest('8.4.8.15'), inShared),
} as const;

/** A condition or a directive fails in a run-sequence, which is soft or is not. */
export const run: Attack<{ case: keyof typeof runs }> = {
  ...common,
  id: 'run.soft',
  handle: 'J25',
  change: 'let a condition or a directive fail in a run-sequence, with soft-failure or without',
  threats: ['THREAT.NET.ONPATH'],
  expects: [runs['hard-condition'], runs['soft-directive'], runs['soft-condition']],
  on: { features: ['network', 'update'] },
  choice: fc.record({ case: fc.constantFrom('hard-condition', 'soft-directive', 'soft-condition') }),
  apply(scenario, { case: which }) {
    const expect = runs[which];
    const image = scenario.images[0];
    if (which === 'soft-directive') {
      if (image === undefined) return undefined;
      const missing = override({ uri: tstr(missingUri(image.uri ?? '')) });
      const fetch = [...select(image.component), ...soft(true), ...missing, ...command(code.fetch)];
      const commands = [...select(image.component), ...runSequence(fetch)];
      return insert(scenario, [{ section: 'install', commands }], { event: 'update', expect });
    }
    const flag = which === 'soft-condition' ? soft(true) : [];
    const commands = [...select(0), ...runSequence([...select(0), ...flag, ...fails])];
    return insert(scenario, [{ section: 'shared', commands }], { expect });
  },
};

/** What the sequence behind the failure would fetch; no scenario has it. */
const marker = 'https://example.com/after-the-failure';

/** The outer sequence is soft; the inner one, in which a condition fails, is not. */
export const inherited: Attack<null> = {
  ...common,
  id: 'soft.scope.inherit',
  handle: 'J24',
  change: 'let a condition fail in a run-sequence inside a soft one, before a fetch of the outer one',
  expects: [
    eitherAnswer(['condition-failed', 'abort'], manifest('8.4.8.15'), {
      prohibits: [{ kind: 'fetch', uri: marker }],
    }),
  ],
  on: { features: ['network', 'update'] },
  choice: fc.constant(null),
  apply(scenario) {
    const target = scenario.images[0]?.component;
    if (target === undefined) return undefined;
    const inner = runSequence([...select(target), ...fails]);
    const fetch = [...select(target), ...override({ uri: tstr(marker) }), ...command(code.fetch)];
    const commands = [
      ...select(target),
      ...runSequence([...select(target), ...soft(true), ...inner, ...fetch]),
    ];
    return insert(scenario, [{ section: 'install', commands }], { event: 'update' });
  },
};

/** A soft sequence has ended; then a condition fails outside it. */
export const leaked: Attack<{ after: 'try-each' | 'run-sequence'; inRun: boolean }> = {
  ...common,
  id: 'soft.scope.leak',
  handle: 'J38',
  change: 'let a condition fail after a soft sequence has ended, at the top level or in a run-sequence',
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [mustReject(['condition-failed', 'abort'], manifest('8.4.8.15'), inShared)],
  choice: fc.record({ after: fc.constantFrom('try-each', 'run-sequence'), inRun: fc.boolean() }),
  apply(scenario, { after, inRun }) {
    const passes = passing(scenario.release);
    if (passes === undefined) return undefined;
    const ended =
      after === 'try-each' ? tryEach(fails, passes) : runSequence([...select(0), ...soft(true), ...fails]);
    const failing = [...select(0), ...ended, ...fails];
    const commands = [...select(0), ...(inRun ? runSequence(failing) : failing)];
    return insert(scenario, [{ section: 'shared', commands }]);
  },
};

/** Soft failure is set with one component selected, and the condition fails with another one. */
export const ofNoComponent: Attack<null> = {
  ...common,
  id: 'soft.scope.component',
  handle: 'J39',
  change: 'set soft-failure while one component is selected, and let a condition fail on another one',
  expects: [mustAccept(manifest('8.4.8'), inShared)],
  on: { features: ['multi-component'] },
  choice: fc.constant(null),
  apply(scenario) {
    if (componentItems(scenario.release).length < 2) return undefined;
    const run = runSequence([...select(0), ...soft(true), ...select(1), ...fails]);
    return insert(scenario, [{ section: 'shared', commands: [...select(0), ...run] }]);
  },
};

export const softFailureAttacks: readonly AnyAttack[] = [restored, run, inherited, leaked, ofNoComponent];
