/**
 * Attacks on conditions: they change nothing, and they count wherever they stand (draft §6.4, §8.4.9).
 *
 * @module
 */
import fc from 'fast-check';
import { bstr, int } from '../cbor/item.ts';
import type { Recipient } from '../device/recipient.ts';
import { manifest } from '../suit/clause.ts';
import { sequenceOf, withSequence } from '../suit/edit.ts';
import { digestAlgorithm, type EnvelopeParts } from '../suit/parts.ts';
import { commandCode as code } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { type Commands, command, fails, override, select, tryEach } from './command-items.ts';
import { withContent } from './device-change.ts';
import { eitherAnswer, mustAccept, mustReject, shouldReject } from './expectation.ts';
import { imageDigest } from './history.ts';
import { useOf } from './parameter-scope.ts';
import { insert, inserted, twins } from './twin.ts';

const isCommand = { group: 'J', family: 'commands', by: 'author', threats: [], violates: [] } as const;

const failing = ['abort', 'image', 'content', 'slot', 'vendor', 'class'] as const;
const other = Uint8Array.from({ length: 16 }, (_, i) => 0xf0 ^ i);

/** Evaluates a condition that fails softly, at the end of validate. */
export const pure: Attack<{ condition: (typeof failing)[number] }> = {
  ...isCommand,
  id: 'cond.pure',
  handle: 'J13',
  change: 'let a condition fail in a branch of a try-each that ends in nil, after everything is installed',
  expects: [mustAccept(manifest('6.4'))],
  on: { features: ['network', 'update'] },
  choice: fc.record({ condition: fc.constantFrom(...failing) }),
  apply(scenario, { condition }) {
    const image = scenario.images[0];
    const component = image && scenario.recipient.components[image.recipientComponent];
    if (image === undefined || component === undefined) return undefined;
    const digest = imageDigest(other, digestAlgorithm(scenario.release));
    const conditions: Readonly<Record<typeof condition, Commands>> = {
      abort: fails,
      image: [...override({ imageDigest: digest }), ...command(code.imageMatch)],
      content: [...override({ content: bstr(other) }), ...command(code.checkContent)],
      slot: [...override({ componentSlot: int(component.current + 1) }), ...command(code.componentSlot)],
      vendor: [...override({ vendorIdentifier: bstr(other) }), ...command(code.vendorIdentifier)],
      class: [...override({ classIdentifier: bstr(other) }), ...command(code.classIdentifier)],
    };
    const index = select(image.component);
    const commands = [...index, ...tryEach([...index, ...conditions[condition]], null)];
    const section = sequenceOf(scenario.release, 'validate') ? 'validate' : 'install';
    return insert(scenario, [{ section, commands }], { event: 'update' });
  },
};

/** Overrides a parameter that was not set before, and reads it. */
export const fresh: Attack<{ parameter: 'componentSlot' | 'deviceIdentifier' }> = {
  ...isCommand,
  id: 'override.fresh',
  handle: 'J37',
  change: 'override a parameter that nothing has set before, and evaluate the condition that reads it',
  expects: [mustAccept(manifest('6.4'), { level: 'applicable' })],
  on: { features: ['flat'] },
  choice: fc.record({ parameter: fc.constantFrom('componentSlot', 'deviceIdentifier') }),
  apply(scenario, { parameter }) {
    const use = useOf(scenario, parameter);
    return use && insert(scenario, [{ section: 'shared', commands: [...use.sets, ...use.reads] }]);
  },
};

const isApplicability = {
  group: 'H',
  family: 'applicability',
  by: 'author',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
} as const;

/** The checks stand only in a try-each that ends in nil, and the recipient is of another class. */
export const inTry: Attack<{ depth: number }> = {
  ...isApplicability,
  id: 'app.check.in-try',
  handle: 'H08',
  change:
    'put the vendor and class checks into a try-each that ends in nil, for a recipient of another class',
  violates: ['REQ.SEC.COMPATIBLE'],
  expects: [eitherAnswer(['class-mismatch'], manifest('6.2'), { level: 'applicable' })],
  choice: fc.record({ depth: fc.integer({ min: 1, max: 3 }) }),
  apply(scenario, { depth }) {
    const isCheck = (number: number) => number === code.vendorIdentifier || number === code.classIdentifier;
    const release = (parts: EnvelopeParts) => {
      const items = sequenceOf(parts, 'shared')?.items ?? [];
      const changed: Commands = items.flatMap((item, i) => {
        const codeItem = items[i - (i % 2)];
        const isChecked =
          (codeItem?.kind === 'uint' || codeItem?.kind === 'nint') && isCheck(Number(codeItem.value));
        if (!isChecked) return [item];
        if (i % 2 === 1) return [];
        let soft: Commands = tryEach([item, ...items.slice(i + 1, i + 2)], null);
        for (let level = 1; level < depth; level++) soft = tryEach(soft, null);
        return soft;
      });
      return changed.length === items.length && changed.every((item, i) => item === items[i])
        ? undefined
        : withSequence(parts, 'shared', (list) => ({ ...list, items: changed }));
    };
    const recipient = (of: Recipient): Recipient => ({
      ...of,
      components: of.components.map((component) => ({ ...component, classIds: [other] })),
    });
    return twins(scenario, { attacked: { release, recipient } });
  },
};

const lateInInstall = mustReject(['class-mismatch', 'section-order'], manifest('8.4.9.1'), {
  level: 'installed',
});
const lateInInvoke = shouldReject(['class-mismatch', 'section-order'], manifest('4.2'), { level: 'invoked' });

/** Checks a class that the recipient does not have only after something was done. */
export const late: Attack<{ after: 'install' | 'invoke' }> = {
  ...isApplicability,
  id: 'app.check.late',
  handle: 'H09',
  change: 'check another class only at the end of install, or after invoke',
  violates: ['REQ.SEC.COMPATIBLE', 'REQ.USE.MFST.PRE_CHECK'],
  expects: [lateInInstall, lateInInvoke],
  on: { features: ['network', 'boot-after-update'] },
  choice: fc.record({ after: fc.constantFrom('install', 'invoke') }),
  apply(scenario, { after }) {
    const image = scenario.images[0];
    if (image === undefined) return undefined;
    const check = [...override({ classIdentifier: bstr(other) }), ...command(code.classIdentifier)];
    return insert(scenario, [{ section: after, commands: [...select(image.component), ...check] }], {
      event: after === 'install' ? 'update' : 'boot',
      expect: after === 'install' ? lateInInstall : lateInInvoke,
    });
  },
};

/** What an update builds upon is not there; that is checked before anything is written. */
export const precursor: Attack<{ byte: number }> = {
  id: 'image.precursor',
  handle: 'K09',
  group: 'K',
  family: 'image',
  change:
    'let the component hold other content than the one that the update checks before its first directive',
  by: 'device',
  threats: ['THREAT.UPD.WRONG_PRECURSOR'],
  violates: ['REQ.SEC.AUTH.PRECURSOR', 'REQ.USE.MFST.PRE_CHECK'],
  expects: [
    mustReject(['image-mismatch'], manifest('8.4.9'), { level: 'installed', prohibits: [{ kind: 'write' }] }),
  ],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.record({ byte: fc.nat({ max: 299 }) }),
  apply(scenario, { byte }) {
    const image = scenario.images.find(({ bytes }) => bytes !== undefined);
    if (image?.bytes === undefined || scenario.needs.commands.includes(code.swap)) return undefined;
    // As long as the image: image-size stands for both.
    const held = image.bytes.map((one) => one ^ 0x5a);
    const algorithm = digestAlgorithm(scenario.release);
    const commands = [
      ...select(image.component),
      ...override({ imageDigest: imageDigest(held, algorithm) }),
      ...command(code.imageMatch),
      ...override({ imageDigest: imageDigest(image.bytes, algorithm) }),
    ];
    const section = sequenceOf(scenario.release, 'payloadFetch') ? 'payloadFetch' : 'install';
    const release = (parts: EnvelopeParts) => inserted(parts, { section, at: 'start', commands });
    const holding = (bytes: Uint8Array) => (recipient: Recipient) =>
      withContent(recipient, image.recipientComponent, { kind: 'bytes', bytes });
    const at = byte % held.length;
    const changed = held.with(at, (held[at] as number) ^ 0x01);
    return twins(scenario, {
      event: 'update',
      control: { release, recipient: holding(held) },
      attacked: { release, recipient: holding(changed) },
    });
  },
};

export const conditionAttacks: readonly AnyAttack[] = [pure, fresh, inTry, late, precursor];
