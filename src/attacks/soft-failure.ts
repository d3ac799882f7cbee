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
import { command, fails, override, passing, runSequence, select, soft, tryEach } from './command-items.ts';
import { mustAccept, mustReject } from './expectation.ts';
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

export const softFailureAttacks: readonly AnyAttack[] = [restored, run];
