/**
 * Attacks on what an index selects: which components a command acts on, in which order, with whose parameters
 * (draft §6.5, §6.6, §8.4.8, §8.4.10.1).
 *
 * @module
 */
import fc from 'fast-check';
import { bstr, int } from '../cbor/item.ts';
import type { Content } from '../device/recipient.ts';
import { equalContent } from '../device/state.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { sequenceOf } from '../suit/edit.ts';
import { digestAlgorithm } from '../suit/parts.ts';
import { commandCode as code } from '../suit/registry.ts';
import { type AnyAttack, type Attack, inDimension } from './attack.ts';
import {
  command,
  componentItems,
  override,
  passing,
  runSequence,
  select,
  tryEach,
  unread,
} from './command-items.ts';
import { recipientIndices } from './device-change.ts';
import { eitherAnswer, mustAccept, mustReject } from './expectation.ts';
import { imageDigest } from './history.ts';
import { checking, contentA, contentB, pairOf, prelude, writing } from './pair-prelude.ts';
import { useOf } from './parameter-scope.ts';
import { insert } from './twin.ts';

const common = { group: 'I', family: 'components', by: 'author' } as const;

/** Content that no scenario has. */
const marker = Uint8Array.of(0xc0, 0x01, 0xd0, 0x0d, 0x1e, 0x55, 0x0f, 0x0e);

const setsAll = mustAccept(manifest('6.5'), { level: 'applicable' });
const writesAll = mustAccept(manifest('6.5'));

/** Selects all components: the manifest's, and none that only the recipient has. */
export const trueScope: Attack<{ does: 'set' | 'write' }> = {
  ...common,
  id: 'index.true.scope',
  handle: 'I17',
  change: 'select with true, where the recipient has components that the manifest does not list',
  threats: ['THREAT.IMG.LOCATION'],
  violates: ['REQ.SEC.AUTH.IMG_LOC'],
  expects: [setsAll, writesAll],
  on: { features: ['network', 'update', 'multi-component', 'other-components'] },
  choice: fc.record({ does: fc.constantFrom('set', 'write') }),
  apply(scenario, { does }) {
    const listed = componentItems(scenario.release).length;
    if (listed < 2 || listed >= scenario.recipient.components.length) return undefined;
    if (does === 'set') {
      const commands = [...select(true), ...unread];
      return insert(scenario, [{ section: 'shared', commands }], { event: 'update', expect: setsAll });
    }
    const contents = afterWritingAll(scenario);
    if (contents === undefined) return undefined;
    const section = sequenceOf(scenario.release, 'payloadFetch') ? 'payloadFetch' : 'install';
    const commands = [...select(true), ...override({ content: bstr(marker) }), ...command(code.write)];
    return insert(scenario, [{ section, at: 'start', commands }], {
      event: 'update',
      expect: writesAll,
      contents,
    });
  },
};

const onPair = {
  features: ['network', 'update', 'multi-component', 'other-components', 'variable-storage'],
} as const;
const functional = { threats: [], violates: [] } as const;

/** Two components copy from each other under one index: what both hold then shows the order. */
export const order: Attack<{ order: 'listed' | 'reverse' }> = {
  ...common,
  ...functional,
  id: 'index.order',
  handle: 'I12',
  change: 'copy two components into each other under one index, and check the content that its order leaves',
  expects: [mustAccept(manifest('6.5'))],
  on: onPair,
  choice: fc.record({ order: fc.constantFrom('listed', 'reverse') }),
  apply(scenario, { order: wanted }) {
    const pair = pairOf(scenario);
    const both = pair?.select(wanted);
    if (pair === undefined || both === undefined) return undefined;
    // The first of them takes the other's content, which the second then takes back.
    const left = wanted === 'listed' ? contentB : contentA;
    return prelude(scenario, [
      ...writing(pair.a, contentA),
      ...override({ sourceComponent: int(pair.b) }),
      ...writing(pair.b, contentB),
      ...override({ sourceComponent: int(pair.a) }),
      ...both,
      ...command(code.copy),
      ...checking(pair.a, left),
      ...checking(pair.b, left),
    ]);
  },
};

/** Of two components that one command checks, one does not match. */
export const oneFails: Attack<{ failing: 'first' | 'last' }> = {
  ...common,
  id: 'index.one-fails',
  handle: 'I18',
  change: 'match two components with one command, of which one has another digest set',
  threats: [],
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [mustReject(['condition-failed', 'image-mismatch'], manifest('6.5'))],
  on: { features: ['network', 'update', 'multi-component', 'other-components'] },
  choice: fc.record({ failing: fc.constantFrom('first', 'last') }),
  apply(scenario, { failing }) {
    const [a, b] = scenario.images;
    if (a?.bytes === undefined || b === undefined || scenario.recipient.components.length < 3)
      return undefined;
    const digest = imageDigest(
      a.bytes.map((byte) => byte ^ 0xff),
      digestAlgorithm(scenario.release),
    );
    const indices = failing === 'first' ? [a.component, b.component] : [b.component, a.component];
    const commands = [
      ...select(a.component),
      ...override({ imageDigest: digest }),
      ...select(indices),
      ...command(code.imageMatch),
    ];
    return insert(scenario, [{ section: 'install', commands }], { event: 'update' });
  },
};

/** Reads on one component a parameter that is set for another one only. */
export const scope: Attack<{ parameter: 'componentSlot' | 'deviceIdentifier' }> = {
  ...common,
  id: 'index.scope',
  handle: 'I15',
  change: 'evaluate a condition on one component whose parameter is set for another only',
  threats: ['THREAT.IMG.LOCATION'],
  violates: ['REQ.SEC.AUTH.IMG_LOC'],
  expects: [mustReject(['param-missing'], manifest('8.4.8'), { level: 'applicable' })],
  on: { features: ['multi-component', 'flat'] },
  choice: fc.record({ parameter: fc.constantFrom('componentSlot', 'deviceIdentifier') }),
  apply(scenario, { parameter }) {
    const use = useOf(scenario, parameter);
    const image = scenario.images[0];
    if (use === undefined || image === undefined || componentItems(scenario.release).length < 2)
      return undefined;
    const other = image.component === 0 ? 1 : 0;
    const commands = [...use.sets, ...select(other), ...use.reads.slice(2)];
    return insert(scenario, [{ section: 'shared', commands }]);
  },
};

const indexForm = eitherAnswer(['index-type'], manifest('6.5'), { level: 'applicable' });

/** Uses forms of the index that the recipient need not support, or that name a component twice. */
export const arrayForm: Attack<{ form: 'repeated' | 'array-of-few' | 'true-of-one' }> = {
  ...common,
  ...functional,
  id: 'index.array.form',
  handle: 'I11',
  change: 'repeat a component in an array, or use an array or true on a recipient of few components',
  expects: [indexForm],
  choice: fc.record({ form: fc.constantFrom('repeated', 'array-of-few', 'true-of-one') }),
  apply(scenario, { form }) {
    const present = scenario.recipient.components.length;
    const forms = {
      repeated: select([0, 0]),
      'array-of-few': present <= 2 ? select([0]) : undefined,
      'true-of-one': present === 1 ? select(true) : undefined,
    };
    const index = forms[form];
    return (
      index && inDimension(insert(scenario, [{ section: 'shared', commands: [...index, ...unread] }]), form)
    );
  },
};

/** An inner sequence has no index of its own, though there are several components. */
export const missingNested: Attack<{ inner: 'try-each' | 'run-sequence' }> = {
  ...common,
  ...functional,
  id: 'index.missing.nested',
  handle: 'I14',
  change: 'begin the argument of try-each or run-sequence without set-component-index',
  expects: [eitherAnswer(['index-missing'], manifest('6.2'), { level: 'applicable' })],
  on: { features: ['multi-component'] },
  choice: fc.record({ inner: fc.constantFrom('try-each', 'run-sequence') }),
  apply(scenario, { inner }) {
    const passes = passing(scenario.release);
    if (passes === undefined || componentItems(scenario.release).length < 2) return undefined;
    const [index, check] = [passes.slice(0, 2), passes.slice(2)];
    const nested = inner === 'try-each' ? tryEach(check, null) : runSequence(check);
    return insert(scenario, [{ section: 'shared', commands: [...index, ...nested] }]);
  },
};

export const indexScopeAttacks: readonly AnyAttack[] = [
  trueScope,
  order,
  oneFails,
  scope,
  arrayForm,
  missingNested,
];

/** The contents where the update began by writing every component: those it installs are as they would be. */
function afterWritingAll(scenario: Scenario) {
  const update = before(scenario, 'update');
  const isKnown = scenario.family !== 'given' && !scenario.needs.commands.includes(code.swap);
  if (update === undefined || !isKnown) return undefined;
  const contents = update.delivery.after.contents.map((slots) => [...slots]);
  for (const own of recipientIndices(scenario)) {
    const component = update.recipient.components[own];
    const slots = contents[own];
    if (component === undefined || slots === undefined) return undefined;
    const { current } = component;
    const isInstalled = !equalContent(component.slots[current] as Content, slots[current] as Content);
    if (!isInstalled) slots[current] = { kind: 'bytes', bytes: marker };
  }
  return contents;
}
