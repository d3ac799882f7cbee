/**
 * Attacks on the form of command sequences and of their arguments (draft §8.4.6, §8.4.7, appendix A).
 *
 * @module
 */
import fc from 'fast-check';
import { array, bstr, type Entry, type Item, int, map, nil, tstr } from '../cbor/item.ts';
import { manifest } from '../suit/clause.ts';
import { sequenceOf, withSequence } from '../suit/edit.ts';
import { commandCode as code, parameterKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { type Commands, command, override, passing, runSequence, select, tryEach } from './command-items.ts';
import { reissue } from './deliver.ts';
import { eitherAnswer, mustReject, shouldReject } from './expectation.ts';
import { insert, inserted, twins } from './twin.ts';

const common = { group: 'J', family: 'commands', by: 'author', threats: [], violates: [] } as const;

const noSequence = mustReject(['command-malformed'], manifest('8.4.6'), { level: 'applicable' });
const noArgument = mustReject(['command-malformed'], manifest('8.4.6'), { level: 'applicable' });
const noPolicy = shouldReject(['command-malformed'], manifest('A'), { level: 'applicable' });
const noCommand = eitherAnswer(['command-malformed'], manifest('A'), { level: 'installed' });

const notASequence: Readonly<Record<string, Item>> = {
  map: map([int(code.vendorIdentifier), int(15)]),
  uint: int(code.vendorIdentifier),
  text: tstr('suit-shared-sequence'),
};
const incomplete: Readonly<Record<string, number>> = {
  'no-argument': code.setComponentIndex,
  'no-policy': code.vendorIdentifier,
};

/** Puts something else in a sequence's place, lets it end in a command without its argument, or empties it. */
export const shape: Attack<{ form: string }> = {
  ...common,
  id: 'seq.shape',
  handle: 'J07',
  change: 'replace a sequence by another item, end it with a command alone, or add one without any command',
  violates: ['REQ.USE.PARSE'],
  expects: [noSequence, noArgument, noPolicy, noCommand],
  choice: fc.record({
    form: fc.constantFrom(...Object.keys(notASequence), ...Object.keys(incomplete), 'empty'),
  }),
  apply(scenario, { form }) {
    const other = notASequence[form];
    if (other !== undefined) {
      if (sequenceOf(scenario.release, 'shared') === undefined) return undefined;
      return reissue(scenario, (parts) => withSequence(parts, 'shared', () => other), { expect: noSequence });
    }
    const last = incomplete[form];
    if (last !== undefined) {
      const expect = form === 'no-policy' ? noPolicy : noArgument;
      return insert(scenario, [{ section: 'shared', commands: [int(last)] }], { expect });
    }
    if (sequenceOf(scenario.release, 'payloadFetch') !== undefined) return undefined;
    return reissue(
      scenario,
      (parts) => inserted(parts, { section: 'payloadFetch', makes: true, commands: [] }),
      { expect: noCommand },
    );
  },
};

const badArguments: Readonly<Record<string, Commands>> = {
  'policy-16': command(code.vendorIdentifier, 16),
  'policy-text': [int(code.vendorIdentifier), tstr('15')],
  'empty-override': [int(code.overrideParameters), map()],
  'flag-int': [int(code.overrideParameters), map([int(parameterKey.strictOrder), int(1)])],
  'flag-null': [int(code.overrideParameters), map([int(parameterKey.strictOrder), nil])],
  'bare-sequence': [int(code.runSequence), array(int(code.vendorIdentifier), int(15))],
};

/** Gives a command an argument of another form. */
export const argument: Attack<{ form: string }> = {
  ...common,
  id: 'seq.arg',
  handle: 'J08',
  change: 'give a command an argument of another type, unknown policy bits, or an empty map',
  violates: ['REQ.USE.PARSE'],
  expects: [shouldReject(['command-malformed', 'param-type'], manifest('A'), { level: 'applicable' })],
  choice: fc.record({ form: fc.constantFrom(...Object.keys(badArguments)) }),
  apply(scenario, { form }) {
    const passes = passing(scenario.release);
    const commands = [...(passes ?? []), ...(badArguments[form] ?? [])];
    return passes && insert(scenario, [{ section: 'shared', commands }]);
  },
};

const forbidden = shouldReject(['command-forbidden'], manifest('5.3.2'), { level: 'applicable' });

/** Puts a directive with effects into the shared sequence. */
export const sharedEffect: Attack<{ directive: 'write' | 'fetch' | 'invoke'; isNested: boolean }> = {
  ...common,
  id: 'seq.shared.effect',
  handle: 'J01',
  change: 'put a directive with effects into the shared sequence',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
  violates: ['REQ.USE.PARSE'],
  expects: [forbidden],
  on: { features: ['network', 'update'] },
  choice: fc.record({ directive: fc.constantFrom('write', 'fetch', 'invoke'), isNested: fc.boolean() }),
  apply(scenario, { directive, isNested }) {
    const image = scenario.images.find(({ bytes, uri }) => bytes !== undefined && uri !== undefined);
    if (image?.bytes === undefined || image.uri === undefined) return undefined;
    const effects = {
      write: [...override({ content: bstr(image.bytes) }), ...command(code.write)],
      fetch: [...override({ uri: tstr(image.uri) }), ...command(code.fetch)],
      invoke: command(code.invoke),
    };
    const effect = [...select(image.component), ...effects[directive]];
    const commands = isNested ? [...select(image.component), ...runSequence(effect)] : effect;
    return insert(scenario, [{ section: 'shared', commands }], { event: 'update' });
  },
};

/** A private number that no registry has. */
const customNumber = -300;

const customCommand = shouldReject(['command-forbidden'], manifest('6.2'), { level: 'applicable' });
const customParameter = shouldReject(['command-forbidden', 'param-forbidden'], manifest('8.4.8.16'), {
  level: 'applicable',
});

/** Puts a custom command or parameter, which the recipient has, into the shared sequence. */
export const sharedCustom: Attack<{ what: 'command' | 'parameter' }> = {
  ...common,
  id: 'seq.shared.custom',
  handle: 'J02',
  change: 'put a custom command or parameter that the recipient implements into the shared sequence',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
  violates: ['REQ.SEC.AUTH.COMPATIBILITY'],
  expects: [customCommand, customParameter],
  choice: fc.record({ what: fc.constantFrom('command', 'parameter') }),
  apply(scenario, { what }) {
    const custom = {
      command: command(customNumber),
      parameter: [int(code.overrideParameters), map([int(customNumber), int(0)])],
    };
    const commands = [...select(0), ...custom[what]];
    return twins(scenario, {
      recipient: (recipient) => ({
        ...recipient,
        capabilities: {
          ...recipient.capabilities,
          commands: [...recipient.capabilities.commands, customNumber],
          parameters: [...recipient.capabilities.parameters, customNumber],
        },
      }),
      attacked: { release: (parts) => inserted(parts, { section: 'shared', commands }) },
      expect: what === 'command' ? customCommand : customParameter,
    });
  },
};

const hiddenInBranch = eitherAnswer(['command-unsupported'], manifest('8.4.9'), { level: 'applicable' });
const hiddenInSection = eitherAnswer(['command-unsupported'], manifest('6.1'), { level: 'applicable' });

/** Puts an unassigned command where this procedure does not come to it. */
export const hidden: Attack<{ place: 'branch' | 'section' }> = {
  ...common,
  id: 'seq.unknown.hidden',
  handle: 'J05',
  change: "put an unassigned command into a branch that is not taken, or into the other procedure's section",
  expects: [hiddenInBranch, hiddenInSection],
  on: { event: 'update' },
  choice: fc.record({ place: fc.constantFrom('branch', 'section') }),
  apply(scenario, { place }) {
    const passes = passing(scenario.release);
    if (passes === undefined) return undefined;
    const unknown = [...select(0), ...command(99)];
    if (place === 'branch') {
      const commands = [...select(0), ...tryEach(passes, unknown)];
      return insert(scenario, [{ section: 'shared', commands }], { expect: hiddenInBranch });
    }
    return insert(scenario, [{ section: 'load', makes: true, commands: unknown }], {
      event: 'update',
      expect: hiddenInSection,
    });
  },
};

const anUnknownParameter = eitherAnswer(['param-unsupported'], manifest('6.1'));
const besideAWrongClass = mustReject(['param-unsupported', 'class-mismatch'], manifest('6.1'));

const overriding = (...entries: readonly Entry[]): Commands => [
  int(code.overrideParameters),
  map(...entries),
];

/** Overrides a parameter that the recipient does not know; a wrong class beside it may not be lost with it. */
export const unknownParameter: Attack<{ key: number; with: 'nothing' | 'wrong-class' }> = {
  ...common,
  id: 'override.unknown',
  handle: 'J36',
  change: 'override a parameter that is unassigned, or private and not implemented',
  expects: [anUnknownParameter, besideAWrongClass],
  choice: fc.record({
    key: fc.constantFrom(26, 0, 100, 65536, -300),
    with: fc.constantFrom('nothing', 'wrong-class'),
  }),
  apply: (scenario, { key, with: other }) => {
    const unknown: Entry = [int(key), int(0)];
    if (other === 'nothing')
      return insert(scenario, [{ section: 'validate', commands: [...select(0), ...overriding(unknown)] }], {
        expect: anUnknownParameter,
      });
    const wrong: Entry = [int(parameterKey.classIdentifier), bstr(new Uint8Array(16))];
    const entries = key === 0 ? [unknown, wrong] : [wrong, unknown];
    const commands = [...select(0), ...overriding(...entries), ...command(code.classIdentifier)];
    return insert(scenario, [{ section: 'validate', commands }], { expect: besideAWrongClass });
  },
};

export const sequenceFormAttacks: readonly AnyAttack[] = [
  shape,
  argument,
  sharedEffect,
  sharedCustom,
  hidden,
  unknownParameter,
];
