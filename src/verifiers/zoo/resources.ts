/**
 * Animals that run out of something, or think that they have: stack, table, patience (draft §6.1, §6.2, §6.6).
 *
 * @module
 */
import { readHead } from '../../cbor/head.ts';
import { readFirst } from '../../cbor/read.ts';
import { bad } from '../../suit/problem.ts';
import { authenticate } from '../reference/authenticate.ts';
import { decodeEnvelope } from '../reference/envelope.ts';
import { runProcedure } from '../reference/procedure.ts';
import { defaultRules } from '../reference/rules.ts';
import type { Device, Step } from '../reference/work.ts';
import { animal } from './animal.ts';
import { insertBefore, replaceStep } from './steps.ts';

/** The end of the item, found by one call for each item inside another. */
function endOf(bytes: Uint8Array, at: number): number {
  const head = readHead(bytes, at);
  if ('code' in head) return bytes.length;
  if (head.major === 2 || head.major === 3) return head.end + Number(head.argument);
  const inside = { 4: 1, 5: 2, 6: 0 }[head.major];
  if (inside === undefined) return head.end;
  const count = inside === 0 ? 1 : head.info === 31 ? Infinity : inside * Number(head.argument);
  let end = head.end;
  for (let i = 0; i < count && end < bytes.length; i++) {
    if (bytes[end] === 0xff) return end + 1;
    end = endOf(bytes, end);
  }
  return end;
}

const parameterRoom = 10;

const refusedBefore = new WeakMap<Device, number>();

/** Two deliveries are all that it takes. */
const losePatience: Step['run'] = ({ device }) => {
  const count = refusedBefore.get(device) ?? 0;
  refusedBefore.set(device, count + 1);
  return count > 1 ? bad('state-conflict', 'too many attempts').problem : undefined;
};

/** What is not authentic is kept in the place of what was, for a later look. */
const keepRefused: Step['run'] = (work) => {
  const problem = authenticate(work);
  const { device, delivery, bytes } = work;
  if (problem !== undefined && delivery.event === 'update')
    device.recipient = { ...device.recipient, installed: bytes };
  return problem;
};

export const resourceAnimals = [
  animal(
    'Z364',
    'recurses-without-bound',
    'An item inside an item is read by a call inside a call, however deep.',
    ['res.depth.cbor'],
    {
      ports: {
        read: (bytes, offset) => {
          endOf(bytes, 0);
          return readFirst(bytes, { offset });
        },
      },
    },
  ),
  animal(
    'Z365',
    'has-room-for-ten-parameters',
    "A component's parameters are kept in a table of ten entries, and nobody counts them.",
    ['res.count.params'],
    {
      rules: {
        assign: (old, offered) => {
          const table = defaultRules.assign(old, offered);
          if (Object.keys(table).length > parameterRoom) throw new RangeError('the table is full');
          return table;
        },
      },
    },
  ),
  animal(
    'Z366',
    'keeps-payloads-in-a-plain-object',
    'A payload whose key every object has is taken for one that stands twice.',
    ['res.keys.proto'],
    {
      steps: (steps) =>
        insertBefore(steps, authenticate, ({ payloads }) => {
          const seen: Record<string, true> = {};
          for (const key of payloads.keys()) {
            if (key in seen) return bad('cbor-invalid', `${key} stands twice`).problem;
            seen[key] = true;
          }
          return undefined;
        }),
    },
  ),
  animal(
    'Z367',
    'wants-something-to-install',
    'An update whose manifest has no payload-fetch and no install is refused.',
    ['res.class.minimal'],
    {
      steps: (steps) =>
        insertBefore(steps, runProcedure, ({ delivery, sequences }) =>
          delivery.event === 'boot' || sequences.has('install') || sequences.has('payloadFetch')
            ? undefined
            : bad('manifest-structure', 'nothing to install').problem,
        ),
    },
  ),
  animal(
    'Z368',
    'loses-patience',
    'After two deliveries no third one is taken, good or not.',
    ['res.storm.then-valid'],
    { steps: (steps) => insertBefore(steps, decodeEnvelope, losePatience) },
  ),
  animal(
    'Z369',
    'stores-what-it-refuses',
    'An update that is not authentic takes the place of the stored envelope.',
    ['res.storm.unauth'],
    { steps: (steps) => replaceStep(steps, authenticate, keepRefused) },
  ),
];
