/**
 * Animals that have an answer of their own where the manifest has none, or remember it for the wrong thing
 * (draft §8.4.5, §8.4.8, §8.4.8.10).
 *
 * @module
 */
import type { Entry, Item } from '../../cbor/item.ts';
import { checkComponents } from '../reference/components.ts';
import { defaultPorts } from '../reference/ports.ts';
import { defaultRules } from '../reference/rules.ts';
import { animal } from './animal.ts';
import { reading } from './forms.ts';
import { replaceStep } from './steps.ts';

const { afterFailure, imageMatches, payloadFrom, selected, softFlag } = defaultRules;

/** What was fetched by a reference without a scheme. */
const nearby = new WeakSet<Uint8Array>();

function isRelative(uri: string): boolean {
  return !/^([a-z][a-z0-9+.-]*:|#)/i.test(uri);
}

/** What is selected now, and what was when soft failure was last set. */
let selection = '';
let softFor = '';

/** The same text up to its first zero byte, wherever it stands. */
function upToZero(item: Item): Item {
  switch (item.kind) {
    case 'tstr': {
      const end = item.bytes.indexOf(0);
      return end < 0 ? item : { ...item, bytes: item.bytes.subarray(0, end) };
    }
    case 'array':
      return { ...item, items: item.items.map(upToZero) };
    case 'map':
      return {
        ...item,
        entries: item.entries.map(([key, value]): Entry => [upToZero(key), upToZero(value)]),
      };
    default:
      return item;
  }
}

export const fallbackAnimals = [
  animal(
    'Z445',
    'reads-texts-as-c-strings',
    'A text ends at its first zero byte: what is asked for is not what the author has named.',
    ['fetch.uri.parser'],
    { ports: { read: reading(upToZero) } },
  ),
  animal(
    'Z442',
    'falls-back-to-its-own-components',
    "Where the component list cannot be read, the device's own list takes its place.",
    ['comp.shape'],
    {
      steps: (steps) =>
        replaceStep(steps, checkComponents, (work) => {
          const problem = checkComponents(work);
          if (problem?.reason !== 'manifest-structure') return problem;
          const { components } = work.device.recipient;
          work.identifiers = components.map(({ identifier }) => identifier);
          work.components = components.map((_, i) => i);
          return undefined;
        }),
    },
  ),
  animal(
    'Z443',
    'keeps-soft-failure-for-a-component',
    'Soft failure is that of the component that was selected when it was set.',
    ['soft.scope.component'],
    {
      rules: {
        selected: (index, components, device) => {
          const found = selected(index, components, device);
          selection = JSON.stringify(found);
          return found;
        },
        softFlag: (event, before, enclosing) => {
          if (event.kind === 'set') softFor = selection;
          return softFlag(event, before, enclosing);
        },
        afterFailure: (what, soft, enclosing) =>
          afterFailure(what, soft && (enclosing !== 'run-sequence' || softFor === selection), enclosing),
      },
    },
  ),
  animal(
    'Z444',
    'trusts-what-is-named-relatively',
    'What a relative reference names is taken for a part of the release, and is not matched.',
    ['fetch.uri.relative'],
    {
      rules: {
        payloadFrom: (uri, integrated, schemes) =>
          isRelative(uri) && !integrated.has(uri)
            ? { from: 'network' }
            : payloadFrom(uri, integrated, schemes),
        imageMatches: (content, wanted, hashing) =>
          (content.kind === 'bytes' && nearby.has(content.bytes)) || imageMatches(content, wanted, hashing),
      },
      ports: {
        fetch: (payloads, uri) => {
          const found = defaultPorts.fetch(payloads, uri);
          if (found?.kind === 'bytes' && isRelative(uri)) nearby.add(found.bytes);
          return found;
        },
      },
    },
  ),
];
