/**
 * Animals that lose track of components, parameters and passes while a sequence runs (draft §6.4, §6.5, §8.4.8).
 *
 * @module
 */
import { equalBytes } from '../../cbor/hex.ts';
import type { Item } from '../../cbor/item.ts';
import type { ReadResult } from '../../cbor/read.ts';
import type { Content } from '../../device/recipient.ts';
import { commandByCode, commandCode } from '../../suit/registry.ts';
import { defaultPorts } from '../reference/ports.ts';
import { defaultRules } from '../reference/rules.ts';
import { journalled, type Storage } from '../reference/storage.ts';
import { animal } from './animal.ts';

const { imageMatches, softFlag, source } = defaultRules;

function withPenTags(result: ReadResult): ReadResult {
  return result.ok ? { ...result, item: penTagged(result.item) } : result;
}

function penTagged(item: Item): Item {
  if (item.kind === 'array') return { ...item, items: item.items.map(penTagged) };
  if (item.kind === 'map')
    return { ...item, entries: item.entries.map(([key, value]) => [key, penTagged(value)]) };
  return item.kind === 'tag' && (item.tag === 110n || item.tag === 111n) ? { ...item, tag: 112n } : item;
}

/** Storage that lends its bytes out, and keeps what became of them. */
const lending: Storage = {
  ...journalled,
  stage(device) {
    const staged = journalled.stage(device);
    const lent = new Map<string, { component: number; slot: number; of: Content; bytes: Uint8Array }>();
    return {
      ...staged,
      read(component, slot) {
        const of = staged.read(component, slot);
        if (of.kind !== 'bytes') return of;
        const known = lent.get(`${component} ${slot}`);
        const loan = known?.of === of ? known : { component, slot, of, bytes: of.bytes.slice() };
        lent.set(`${component} ${slot}`, loan);
        return { kind: 'bytes', bytes: loan.bytes };
      },
      commit(more) {
        for (const { component, slot, of, bytes } of lent.values()) {
          const isSpoilt = of.kind === 'bytes' && !equalBytes(of.bytes, bytes);
          if (isSpoilt && staged.read(component, slot) === of)
            staged.write(component, slot, { kind: 'bytes', bytes });
        }
        staged.commit(more);
      },
    };
  },
};

export const scopeAnimals = [
  animal(
    'Z077',
    'tries-for-the-first-component-only',
    'A try-each under several components is run for the first of them.',
    ['try.per-component'],
    {
      rules: {
        componentsOf: (code, selection) => (code === commandCode.tryEach ? selection.slice(0, 1) : selection),
      },
    },
  ),
  animal(
    'Z241',
    'checks-the-first-component-only',
    'A condition under several components is evaluated on the first of them.',
    ['index.one-fails'],
    {
      rules: {
        componentsOf: (code, selection) =>
          commandByCode(code)?.kind === 'condition' ? selection.slice(0, 1) : selection,
      },
    },
  ),
  animal(
    'Z242',
    'takes-components-from-behind',
    'A command under several components is executed in reverse order.',
    ['index.order'],
    { rules: { componentsOf: (_code, selection) => selection.toReversed() } },
  ),
  animal(
    'Z188',
    'goes-on-at-the-index-left',
    'The next pass of a sequence begins at the index that the pass before left.',
    ['run.index-loop'],
    { rules: { passIndex: (component, left) => left ?? [component] } },
  ),
  animal(
    'Z246',
    'has-room-for-five-parameters',
    'A component that has five parameters gets no new one, and nobody is told.',
    ['override.fresh', 'param.args'],
    {
      rules: {
        assign: (old, offered) => {
          const isKnown = Object.keys(offered).every((name) => name in old);
          return isKnown || Object.keys(old).length < 5 ? { ...old, ...offered } : old;
        },
      },
    },
  ),
  animal(
    'Z243',
    'never-replaces-parameters',
    'A parameter keeps the first value that it was given.',
    ['valid.auth.policy', 'valid.copy'],
    { rules: { assign: (old, offered) => ({ ...offered, ...old }) } },
  ),
  animal('Z247', 'ignores-unknown-policies', 'Any item does as a reporting policy.', ['seq.arg'], {
    rules: { policy: () => true },
  }),
  animal('Z248', 'inherits-soft-failure', 'A sequence inside a soft one is soft.', ['soft.scope.inherit'], {
    rules: {
      softFlag: (event, before, enclosing) =>
        event.kind === 'enter' && before ? true : softFlag(event, before, enclosing),
    },
  }),
  animal(
    'Z249',
    'sees-no-races',
    'Without strict order a component may be written and read.',
    ['strict.race'],
    { rules: { mayOverlap: () => true } },
  ),
  animal(
    'Z239',
    'takes-any-oid-for-a-pen',
    'The tags of other object identifiers are read as that of a PEN.',
    ['app.vendor.pen'],
    { ports: { read: (bytes, offset) => withPenTags(defaultPorts.read(bytes, offset)) } },
  ),
  animal('Z079', 'allows-nil-anywhere', 'A try-each may have its nil at any place.', ['try.form'], {
    rules: { mayBeNil: () => true },
  }),
  animal(
    'Z093',
    'reads-component-0-for-no-source',
    'A source component that is not there is read as component 0.',
    ['comp.source', 'directive.no-param'],
    {
      rules: {
        source: (parameters, current, components) => {
          const found = source(parameters, current, components);
          return typeof found === 'string' ? 0 : found;
        },
      },
    },
  ),
  animal(
    'Z168',
    'spoils-what-does-not-match',
    'A component whose match fails is overwritten, though a condition has no effects.',
    ['cond.pure'],
    {
      ports: { storage: lending },
      rules: {
        imageMatches: (content, wanted, hashing) => {
          const matches = imageMatches(content, wanted, hashing);
          if (matches !== true && content.kind === 'bytes') content.bytes.fill(0);
          return matches;
        },
      },
    },
  ),
  animal('Z172', 'cuts-arguments-at-nul', 'Arguments end at the first zero byte.', ['param.args'], {
    rules: {
      argumentsOf: (given) => (given.includes(0) ? given.subarray(0, given.indexOf(0)) : given),
    },
  }),
];
