/**
 * Attacks on the Invocation Procedure: what is invoked was validated, and as it was loaded (draft §4.2, §7.6, §8.4.10.7).
 *
 * @module
 */
import fc from 'fast-check';
import { array, bstr, type Item, isInt } from '../cbor/item.ts';
import type { Content, Recipient } from '../device/recipient.ts';
import { equalContent } from '../device/state.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { type Section, sequenceOf, withSequence } from '../suit/edit.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { commandCode as code, parameterKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { command, componentItems, override, passing, select } from './command-items.ts';
import { reissue } from './deliver.ts';
import { recipientIndices, withBytes } from './device-change.ts';
import { eitherAnswer, mustAccept, mustReject, shouldReject } from './expectation.ts';
import { insert, inserted, twins } from './twin.ts';

const isCommand = { group: 'J', family: 'commands', by: 'author', threats: [], violates: [] } as const;
const isImage = { group: 'K', family: 'image' } as const;

/** Validates nothing of what is invoked. */
export const unvalidated: Attack<null> = {
  ...isCommand,
  id: 'invoke.unvalidated',
  handle: 'J30',
  change: 'leave every image match out of validate and load',
  threats: ['THREAT.IMG.REPLACE'],
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [shouldReject(['not-validated'], manifest('4.2'), { level: 'invoked' })],
  on: { features: ['boot'] },
  choice: fc.constant(null),
  apply: (scenario) =>
    reissue(
      scenario,
      (parts) => {
        const changed = (['validate', 'load'] as const).reduce(withoutMatch, parts);
        return changed === parts ? undefined : changed;
      },
      { event: 'boot' },
    ),
};

const helper = eitherAnswer(['command-forbidden', 'not-validated'], manifest('8.4.10.7'));
/** With true as the index, whether every component was validated decides too. */
const several = eitherAnswer(['command-forbidden', 'not-validated'], manifest('6.5'), {
  level: 'invoked',
  varies: true,
});

/** Invokes in another section than invoke, or several components at once. */
export const invokeHelper: Attack<{ place: 'validate' | 'install' | 'true' }> = {
  ...isCommand,
  id: 'invoke.helper',
  handle: 'J33',
  change: 'put an invoke into install or validate, or invoke with true as the index',
  expects: [helper, several],
  on: { features: ['network', 'boot-after-update'] },
  choice: fc.record({ place: fc.constantFrom('validate', 'install', 'true') }),
  apply(scenario, { place }) {
    const target = scenario.images[0]?.component;
    if (target === undefined) return undefined;
    if (place === 'true') {
      const commands = [...select(true), ...command(code.invoke)];
      return insert(scenario, [{ section: 'invoke', commands }], { event: 'boot', expect: several });
    }
    const commands = [...select(target), ...command(code.invoke)];
    return insert(scenario, [{ section: place, commands }], { event: 'update', expect: helper });
  },
};

/** Storage is altered; only what was copied from it into memory is matched. */
export const loaded: Attack<{ offset: number }> = {
  ...isImage,
  id: 'image.load',
  handle: 'K10',
  change: 'change the stored image where only the copy that load makes of it is matched',
  by: 'device',
  threats: ['THREAT.IMG.REPLACE'],
  violates: ['REQ.SEC.AUTH.EXEC', 'REQ.USE.LOAD'],
  expects: [
    mustReject(['image-mismatch'], manifest('4.2'), { level: 'invoked', prohibits: [{ kind: 'invoke' }] }),
  ],
  on: { features: ['load', 'boot'] },
  choice: fc.record({ offset: fc.nat({ max: 299 }) }),
  apply(scenario, { offset }) {
    const [image] = scenario.images;
    const passes = passing(scenario.release);
    if (image === undefined || passes === undefined || loadedIndex(scenario) === undefined) return undefined;
    const release = (parts: EnvelopeParts) => withSequence(parts, 'validate', () => array(...passes));
    const change = (bytes: Uint8Array): Content => {
      const at = offset % bytes.length;
      return { kind: 'bytes', bytes: bytes.with(at, (bytes[at] as number) ^ 0x80) };
    };
    return twins(scenario, {
      event: 'boot',
      control: { release },
      attacked: {
        release,
        recipient: (recipient: Recipient) => withBytes(recipient, image.recipientComponent, change),
      },
    });
  },
};

/** Most with a zero byte too: those who stop at it are then found by whichever comes first. */
const hostile = [
  'a\u0000b',
  '\u0000',
  '"; rm -rf / #\u0000',
  "\u0000' OR '1'='1",
  '$(reboot)\u0000',
  '\r\nroot=/dev/evil',
  '%n%s',
];
const toInvoke = mustAccept(manifest('8.4.8.12'));
const toFetch = mustAccept(manifest('8.4.8.13'));

/** Arguments that mean something to a shell, a format string or a C string are bytes all the same. */
export const opaqueArguments: Attack<{ of: 'invoke' | 'fetch'; text: string }> = {
  ...isImage,
  id: 'param.args',
  handle: 'K14',
  change: 'give invoke or fetch arguments with zero bytes, quotes or shell text',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.EXEC'],
  expects: [toInvoke, toFetch],
  on: { features: ['network', 'boot-after-update'] },
  choice: fc.record({ of: fc.constantFrom('invoke', 'fetch'), text: fc.constantFrom(...hostile) }),
  apply(scenario, { of, text }) {
    const bytes = new TextEncoder().encode(text);
    if (of === 'fetch') {
      const target = scenario.images[0]?.component;
      if (target === undefined || scenario.needs.parameters.includes(parameterKey.fetchArguments))
        return undefined;
      const commands = [...select(target), ...override({ fetchArguments: bstr(bytes) })];
      return insert(scenario, [{ section: 'install', at: 'start', commands }], {
        event: 'update',
        expect: toFetch,
      });
    }
    const own = before(scenario, 'boot')?.delivery.invokes[0];
    const index = recipientIndices(scenario).indexOf(own ?? -1);
    if (index < 0 || scenario.needs.parameters.includes(parameterKey.invokeArguments)) return undefined;
    const commands = [...select(index), ...override({ invokeArguments: bstr(bytes) })];
    return twins(scenario, {
      event: 'boot',
      attacked: {
        release: (parts) => inserted(parts, { section: 'invoke', at: 'start', commands }),
        invokeArguments: bytes,
      },
      expect: toInvoke,
    });
  },
};

export const invocationAttacks: readonly AnyAttack[] = [unvalidated, invokeHelper, loaded, opaqueArguments];

/** The section without the image matches of its top level. */
function withoutMatch(parts: EnvelopeParts, section: Section): EnvelopeParts {
  const items = sequenceOf(parts, section)?.items;
  const kept = items?.filter((_, i) => !isInt(items[i - (i % 2)] as Item, code.imageMatch));
  if (items === undefined || kept === undefined || kept.length === items.length) return parts;
  return withSequence(parts, section, (list) => ({ ...list, items: kept }));
}

/** The manifest index of what the boot invokes, where load has filled it. */
function loadedIndex(scenario: Scenario): number | undefined {
  const boot = before(scenario, 'boot');
  const own = boot?.delivery.invokes[0];
  const component = own === undefined ? undefined : boot?.recipient.components[own];
  const after = own === undefined ? undefined : boot?.delivery.after.contents[own]?.[component?.current ?? 0];
  const held = component?.slots[component.current];
  if (after === undefined || held === undefined || equalContent(after, held)) return undefined;
  const index = recipientIndices(scenario).indexOf(own ?? -1);
  return index >= 0 && index < componentItems(scenario.release).length ? index : undefined;
}
