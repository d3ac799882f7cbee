/**
 * Attacks on try-each: which branch runs, and what ends it (draft §6.4, §8.4.10.2).
 *
 * @module
 */
import fc from 'fast-check';
import { array, bstr, type Item, int, nil, tstr, wrapped } from '../cbor/item.ts';
import { manifest } from '../suit/clause.ts';
import { commandCode as code, parameterKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import {
  type Commands,
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
import { recipientIndices } from './device-change.ts';
import { eitherAnswer, mustAccept, mustReject, shouldReject } from './expectation.ts';
import { useOf } from './parameter-scope.ts';
import { insert } from './twin.ts';

const common = { group: 'J', family: 'commands', by: 'author', threats: [], violates: [] } as const;

/** What the later branches would write; no scenario has it. */
const marker = Uint8Array.of(0xde, 0xad, 0xbe, 0xef, 0x0f, 0xf1, 0xce, 0x11);

/** Gives a try-each whose first branch passes more branches that would, and that write. */
export const firstWins: Attack<{ more: number }> = {
  ...common,
  id: 'try.first-wins',
  handle: 'J14',
  change: 'add a try-each of which several branches would pass, the later ones with effects',
  violates: ['REQ.USE.IMG.SELECT'],
  expects: [mustAccept(manifest('8.4.10.2'))],
  on: { features: ['network', 'update'] },
  choice: fc.record({ more: fc.integer({ min: 1, max: 3 }) }),
  apply(scenario, { more }) {
    const target = scenario.images[0]?.component;
    const passes = passing(scenario.release);
    if (target === undefined || passes === undefined) return undefined;
    const writes = [...select(target), ...command(code.write)];
    const branches = [passes, ...Array.from({ length: more }, () => writes)];
    const commands = [
      ...select(target),
      ...override({ content: bstr(marker) }),
      ...select(target),
      ...tryEach(...branches),
    ];
    return insert(scenario, [{ section: 'install', commands }], { event: 'update' });
  },
};

/** A directive fails in the first branch of a try-each whose second branch is good. */
export const directiveFails: Attack<{ directive: 'fetch' | 'copy' | 'write'; inRun: boolean }> = {
  ...common,
  id: 'try.directive-fails',
  handle: 'J17',
  change: 'let a directive fail in the first branch of a try-each whose second branch is good',
  threats: ['THREAT.NET.ONPATH'],
  expects: [mustReject(['directive-failed', 'fetch-failed', 'source-missing'], manifest('6.4'))],
  on: { features: ['network', 'update'] },
  choice: fc.record({ directive: fc.constantFrom('fetch', 'copy', 'write'), inRun: fc.boolean() }),
  apply(scenario, { directive, inRun }) {
    const target = scenario.images[0]?.component;
    const passes = passing(scenario.release);
    if (target === undefined || passes === undefined) return undefined;
    // A write fails for want of its content.
    if (directive === 'write' && scenario.needs.parameters.includes(parameterKey.content)) return undefined;
    const failing: Readonly<Record<typeof directive, Commands>> = {
      fetch: [...override({ uri: tstr(missingUri(scenario.images[0]?.uri ?? '')) }), ...command(code.fetch)],
      copy: [
        ...override({ sourceComponent: int(componentItems(scenario.release).length) }),
        ...command(code.copy),
      ],
      write: command(code.write),
    };
    const failed = inRun
      ? runSequence([...select(target), ...soft(true), ...failing[directive]])
      : failing[directive];
    const branches = tryEach([...select(target), ...failed], passes);
    const commands = [...select(target), ...branches];
    return insert(scenario, [{ section: 'install', commands }], { event: 'update' });
  },
};

const inShared = { level: 'applicable' } as const;
const noBranch = mustReject(['command-malformed', 'try-exhausted'], manifest('6.4'), inShared);
const nilPlace = shouldReject(['command-malformed'], manifest('A'), inShared);
const oneBranch = eitherAnswer(['command-malformed'], manifest('A'), inShared);

const forms = {
  empty: { expect: noBranch, branches: () => [] },
  'nil-first': { expect: nilPlace, branches: (branch: Item) => [nil, branch] },
  'nil-middle': { expect: nilPlace, branches: (branch: Item) => [branch, nil, branch] },
  'nil-only': { expect: nilPlace, branches: () => [nil] },
  one: { expect: oneBranch, branches: (branch: Item) => [branch] },
  'one-and-nil': { expect: oneBranch, branches: (branch: Item) => [branch, nil] },
} as const;

/** Gives try-each no branch, one, or a nil where none belongs. */
export const form: Attack<{ form: keyof typeof forms }> = {
  ...common,
  id: 'try.form',
  handle: 'J16',
  change: 'give a try-each no branch, only one, or a nil that is not the last of several',
  violates: ['REQ.USE.PARSE'],
  expects: [noBranch, nilPlace, oneBranch],
  choice: fc.record({
    form: fc.constantFrom<keyof typeof forms>(
      'empty',
      'nil-first',
      'nil-only',
      'one',
      'one-and-nil',
      'nil-middle',
    ),
  }),
  apply(scenario, { form: which }) {
    const passes = passing(scenario.release);
    if (passes === undefined) return undefined;
    const { expect, branches } = forms[which];
    const argument = array(...branches(wrapped(array(...passes))));
    const commands = [...select(0), int(code.tryEach), argument];
    return insert(scenario, [{ section: 'shared', commands }], { expect });
  },
};

const residue = eitherAnswer(['state-conflict', 'param-missing'], manifest('8.4.8.15'), inShared);

/** Reads a parameter that only a sequence which failed softly has set. */
export const leftover: Attack<{ in: 'try-each' | 'run-sequence' }> = {
  ...common,
  id: 'try.residue',
  handle: 'J19',
  change: 'read a parameter that only a failed branch, or a run-sequence that halted softly, has set',
  expects: [residue],
  on: { features: ['flat'] },
  choice: fc.record({ in: fc.constantFrom('try-each', 'run-sequence') }),
  apply(scenario, { in: within }) {
    const use = useOf(scenario, 'componentSlot');
    const passes = passing(scenario.release);
    if (use === undefined || passes === undefined) return undefined;
    const halted =
      within === 'try-each'
        ? tryEach([...use.sets, ...fails], passes)
        : runSequence([...use.sets, ...soft(true), ...fails]);
    const commands = [...select(0), ...halted, ...use.reads];
    return insert(scenario, [{ section: 'shared', commands }]);
  },
};

const ownBranch = mustAccept(manifest('6.5'), inShared);
const noneLeft = mustReject(['try-exhausted'], manifest('8.4.10.2'), inShared);

/** One try-each for all components: each takes the branch that is right for it. */
export const perComponent: Attack<{ otherwise: boolean }> = {
  ...common,
  id: 'try.per-component',
  handle: 'J20',
  change:
    'run a try-each on all components, whose first branch fails for all but the first, with a second one or none',
  violates: ['REQ.USE.IMG.SELECT'],
  expects: [noneLeft, ownBranch],
  on: { features: ['multi-component'] },
  choice: fc.record({ otherwise: fc.boolean() }),
  apply(scenario, { otherwise }) {
    const indices = recipientIndices(scenario);
    const components = indices.map((own) => scenario.recipient.components[own]);
    const [deviceId] = components.at(-1)?.deviceIds ?? [];
    const usesDeviceId = scenario.needs.parameters.includes(parameterKey.deviceIdentifier);
    if (components.length < 2 || components.includes(undefined) || deviceId === undefined || usesDeviceId)
      return undefined;
    const wanted = (current: number, index: number) => (index === 0 ? current : current + 1);
    const slots = components.flatMap((component, index) => [
      ...select(index),
      ...override({ componentSlot: int(wanted(component?.current ?? 0, index)) }),
    ]);
    const slot = command(code.componentSlot);
    const second = otherwise ? override({ deviceIdentifier: bstr(deviceId) }) : slot;
    // Only the branch that the last component must take gives it what it is then asked for.
    const check = otherwise ? [...select(components.length - 1), ...command(code.deviceIdentifier)] : [];
    const commands = [...slots, ...select(true), ...tryEach(slot, second), ...check];
    return insert(scenario, [{ section: 'shared', commands }], { expect: otherwise ? ownBranch : noneLeft });
  },
};

/** All branches of an inner try-each fail, or an inner run-sequence does, inside a branch. */
export const nestedExhausted: Attack<{ inner: 'try-each' | 'run-sequence' }> = {
  ...common,
  id: 'try.nested-exhausted',
  handle: 'J21',
  change: 'let an inner try-each be exhausted, or an inner run-sequence fail, in the first of two branches',
  expects: [eitherAnswer(['try-exhausted', 'condition-failed', 'abort'], manifest('6.4'), inShared)],
  choice: fc.record({ inner: fc.constantFrom('try-each', 'run-sequence') }),
  apply(scenario, { inner }) {
    const passes = passing(scenario.release);
    if (passes === undefined) return undefined;
    const failing = inner === 'try-each' ? tryEach(fails, fails) : runSequence(fails);
    const commands = [...select(0), ...tryEach([...select(0), ...failing], passes)];
    return insert(scenario, [{ section: 'shared', commands }]);
  },
};

export const tryEachAttacks: readonly AnyAttack[] = [
  firstWins,
  directiveFails,
  form,
  leftover,
  perComponent,
  nestedExhausted,
];

/** A URI of the scheme that is in use, which no network answers. */
export function missingUri(uri: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(uri)?.[0] ?? 'https';
  return `${scheme}://example.com/not-there.bin`;
}
