/**
 * Attacks on command sequences: unknown commands, failing conditions, missing parameters (draft §6.4, §8.4.9, §8.4.10).
 *
 * @module
 */
import fc from 'fast-check';
import { array, int, valueAt, wrapped } from '../cbor/item.ts';
import type { Content } from '../device/recipient.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { type Section, sequenceOf, setMember, withParameter, withSequence } from '../suit/edit.ts';
import { commandCode as code, manifestKey, parameterKey } from '../suit/registry.ts';
import type { AnyAttack, Attack, Attacked, Expectation } from './attack.ts';
import { type Commands, command, fails, passing, select, soft, tryEach } from './command-items.ts';
import { defaultEvent, onDevice, reissue } from './deliver.ts';
import { withBytes } from './device-change.ts';
import { mustAccept, mustReject } from './expectation.ts';
import { insert } from './twin.ts';

const common = { group: 'J', family: 'commands', by: 'author', threats: [], violates: [] } as const;
const inShared = { level: 'applicable' } as const;

/** Puts an unassigned command at the end of validate. */
export const unknown: Attack<{ command: number }> = {
  ...common,
  id: 'seq.unknown',
  handle: 'J04',
  change: 'put an unassigned command code at the top level of a section',
  violates: ['REQ.USE.PARSE'],
  expects: [mustReject(['command-unsupported'], manifest('8.4.9'))],
  choice: fc.record({ command: fc.constantFrom(50, 99, 200, 1000, 65536) }),
  apply: (scenario, { command: number }) => append(scenario, 'validate', command(number)),
};

/** Puts a custom command that the recipient does not implement at the end of validate. */
export const custom: Attack<{ command: number }> = {
  ...common,
  id: 'seq.custom',
  handle: 'J06',
  change: 'put a custom command that the recipient does not implement at the top level of a section',
  expects: [mustReject(['command-unsupported'], manifest('8.4.11'))],
  choice: fc.record({ command: fc.constantFrom(-1, -2, -256, -257, -65536) }),
  apply: (scenario, { command: number }) => append(scenario, 'validate', command(number)),
};

const conditions = {
  device: [code.deviceIdentifier, parameterKey.deviceIdentifier],
  slot: [code.componentSlot, parameterKey.componentSlot],
  content: [code.checkContent, parameterKey.content],
} as const;

/** Evaluates a condition whose parameter is set nowhere. */
export const noParameter: Attack<{ condition: keyof typeof conditions }> = {
  ...common,
  id: 'cond.no-param',
  handle: 'J09',
  change: 'evaluate a condition whose parameter was never set, at the top level',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
  violates: ['REQ.SEC.COMPATIBLE', 'REQ.SEC.AUTH.EXEC'],
  expects: [mustReject(['param-missing'], manifest('8.4.9'), inShared)],
  choice: fc.record({ condition: fc.constantFrom('slot', 'content', 'device') }),
  apply: (scenario, { condition }) =>
    isUnset(scenario, condition) ? append(scenario, 'shared', command(conditions[condition][0])) : undefined,
};

/** The same in the first branch of a try-each whose second branch holds. */
export const noParameterInTry: Attack<{ condition: keyof typeof conditions }> = {
  ...common,
  id: 'cond.no-param.try',
  handle: 'J10',
  change:
    'evaluate a condition without its parameter in the first branch of a try-each, with a good second one',
  expects: [mustAccept(manifest('8.4.9'), inShared)],
  choice: fc.record({ condition: fc.constantFrom('slot', 'content', 'device') }),
  apply(scenario, { condition }) {
    const passes = passing(scenario.release);
    if (passes === undefined || !isUnset(scenario, condition)) return undefined;
    const branches = tryEach(command(conditions[condition][0]), passes);
    return append(scenario, 'shared', [...select(0), ...branches]);
  },
};

const stopped = mustReject(['condition-failed'], manifest('8.4.9'));

/** Checks the old content before the install sequence replaces it. */
export const failStops: Attack<null> = {
  ...common,
  id: 'cond.fail-stops',
  handle: 'J11',
  change: 'let a condition fail before the effects of the install sequence',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
  violates: ['REQ.SEC.COMPATIBLE'],
  expects: [{ ...stopped, prohibits: [{ kind: 'write', component: 0 }] }, stopped],
  on: { features: ['network', 'update'] },
  choice: fc.constant(null),
  apply(scenario) {
    const image = scenario.images[0];
    if (image === undefined || defaultEvent(scenario) !== 'update') return undefined;
    const check = [int(code.setComponentIndex), int(image.component), int(code.imageMatch), int(15)];
    return reissue(
      scenario,
      (parts) =>
        sequenceOf(parts, 'install') &&
        withSequence(parts, 'install', (list) => ({ ...list, items: [...check, ...list.items] })),
      { expect: image.recipientComponent === 0 ? failStops.expects[0] : stopped },
    );
  },
};

const aborted = mustReject(['abort'], manifest('8.4.9.5'));
const abortedInShared = mustReject(['abort'], manifest('8.4.9.5'), inShared);

/** Aborts at the top level. */
export const abort: Attack<{ section: 'shared' | 'validate' }> = {
  ...common,
  id: 'cond.abort',
  handle: 'J12',
  change: 'put an abort at the top level of a section',
  expects: [abortedInShared, aborted],
  choice: fc.record({ section: fc.constantFrom('shared', 'validate') }),
  apply: (scenario, { section }) =>
    append(scenario, section, fails, { expect: section === 'shared' ? abortedInShared : aborted }),
};

const exhausted = mustReject(['try-exhausted'], manifest('8.4.10.2'), inShared);
const endsInNil = mustAccept(manifest('8.4.10.2'), inShared);

/** A try-each of which every branch fails. */
export const tryExhausted: Attack<{ count: number; nilLast: boolean }> = {
  ...common,
  id: 'try.exhausted',
  handle: 'J15',
  change: 'let every branch of a try-each fail, without or with a nil at the end',
  violates: ['REQ.USE.IMG.SELECT'],
  expects: [exhausted, endsInNil],
  choice: fc.record({ count: fc.integer({ min: 2, max: 5 }), nilLast: fc.boolean() }),
  apply(scenario, { count, nilLast }) {
    const failing: (Commands | null)[] = Array.from({ length: count }, () => fails);
    return append(scenario, 'shared', tryEach(...failing, ...(nilLast ? [null] : [])), {
      expect: nilLast ? endsInNil : exhausted,
    });
  },
};

/** A branch takes soft failure back, and then a condition fails in it. */
export const softFalse: Attack<null> = {
  ...common,
  id: 'try.soft-false',
  handle: 'J18',
  change: 'set soft-failure false in a branch of a try-each before a condition fails there',
  expects: [mustReject(['condition-failed'], manifest('8.4.8.15'), inShared)],
  choice: fc.constant(null),
  apply(scenario) {
    const passes = passing(scenario.release);
    if (passes === undefined) return undefined;
    return append(scenario, 'shared', [...select(0), ...tryEach([...soft(false), ...fails], passes)]);
  },
};

const softAtTop = mustReject(['param-forbidden'], manifest('8.4.8.15'));
const softInShared = mustReject(['param-forbidden'], manifest('8.4.8.15'), inShared);

/** Sets soft failure where nothing would catch it. */
export const softTop: Attack<{ section: 'shared' | 'validate' }> = {
  ...common,
  id: 'soft.scope.top',
  handle: 'J22',
  change: 'set soft-failure outside try-each and run-sequence',
  expects: [softInShared, softAtTop],
  choice: fc.record({ section: fc.constantFrom('shared', 'validate') }),
  apply: (scenario, { section }) =>
    append(scenario, section, soft(true), { expect: section === 'shared' ? softInShared : softAtTop }),
};

/** The stored image is changed or gone when the recipient boots. */
export const tampered: Attack<{ offset: number; isGone: boolean }> = {
  ...common,
  id: 'invoke.tampered',
  handle: 'J31',
  change: 'change or remove the stored image before the boot',
  by: 'device',
  threats: ['THREAT.IMG.REPLACE'],
  violates: ['REQ.SEC.AUTH.EXEC', 'REQ.USE.EXEC'],
  expects: [
    mustReject(['image-mismatch'], manifest('8.4.9.2'), {
      level: 'invoked',
      prohibits: [{ kind: 'invoke' }],
    }),
  ],
  on: { features: ['boot'] },
  choice: fc.record({ offset: fc.nat({ max: 299 }), isGone: fc.boolean() }),
  apply: (scenario, { offset, isGone }) =>
    onDevice(
      scenario,
      (recipient) =>
        withBytes(recipient, scenario.images[0]?.recipientComponent ?? -1, (bytes): Content => {
          const i = offset % bytes.length;
          if (isGone) return { kind: 'empty' };
          return { kind: 'bytes', bytes: bytes.with(i, (bytes[i] as number) ^ 1) };
        }),
      { event: 'boot' },
    ),
};

/** Gives an update an invoke section, which only a boot may run. */
export const inUpdate: Attack<null> = {
  ...common,
  id: 'invoke.in-update',
  handle: 'J32',
  change: 'add an invoke section to a manifest that is only delivered for an update',
  violates: ['REQ.USE.EXEC'],
  expects: [mustAccept(manifest('5.3.3'), { prohibits: [{ kind: 'invoke' }] })],
  on: { features: ['network', 'update'] },
  choice: fc.constant(null),
  apply(scenario) {
    const target = scenario.images[0]?.component;
    if (target === undefined || defaultEvent(scenario) !== 'update') return undefined;
    const commands = [int(code.setComponentIndex), int(target), int(code.invoke), int(15)];
    return reissue(scenario, (parts) =>
      valueAt(parts.manifest, manifestKey.invoke)
        ? undefined
        : { ...parts, manifest: setMember(parts.manifest, manifestKey.invoke, wrapped(array(...commands))) },
    );
  },
};

/** Takes the parameter away that a directive of the update reads. */
export const directiveNoParameter: Attack<{ parameter: 'uri' | 'sourceComponent' }> = {
  ...common,
  id: 'directive.no-param',
  handle: 'J35',
  change: 'let a fetch have no URI, or a copy or swap no source',
  expects: [mustReject(['param-missing'], manifest('6.1'))],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.record({ parameter: fc.constantFrom('uri', 'sourceComponent') }),
  apply(scenario, { parameter }) {
    // In a try-each another branch would decide.
    if (defaultEvent(scenario) !== 'update' || scenario.needs.commands.includes(code.tryEach))
      return undefined;
    const isRun = (section: Section) => section === 'install' || section === 'payloadFetch';
    return reissue(scenario, (parts) => {
      const changed = withParameter(parts, parameterKey[parameter], (value, section) =>
        isRun(section) ? undefined : value,
      );
      return changed === parts ? undefined : changed;
    });
  },
};

export const commandAttacks: readonly AnyAttack[] = [
  unknown,
  custom,
  noParameter,
  noParameterInTry,
  failStops,
  abort,
  tryExhausted,
  softFalse,
  softTop,
  tampered,
  inUpdate,
  directiveNoParameter,
];

/** Commands at the end of a section that the manifest has. */
function append(
  scenario: Scenario,
  section: Section,
  commands: Commands,
  options: { readonly expect?: Expectation } = {},
): Attacked | undefined {
  return insert(scenario, [{ section, commands }], options);
}

function isUnset(scenario: Scenario, condition: keyof typeof conditions): boolean {
  return !scenario.needs.parameters.includes(conditions[condition][1]);
}
