/**
 * The places that a command line may have, and what each is filled with for one delivery.
 *
 * What a command line cannot say of a delivery or recipient makes the delivery `unsupported`: a verifier is judged
 * only by what it was told.
 *
 * @module
 */
import { toHex } from '../../cbor/hex.ts';
import { type KeyForm, keyForms, keyInForm } from '../../cose/key-forms.ts';
import type { Delivery, Payload } from '../../device/delivery.ts';
import { deliveryToJson, recipientToJson } from '../../device/json.ts';
import type { Component, Recipient, TrustAnchor } from '../../device/recipient.ts';
import type { Untold } from '../../device/untold.ts';
import type { Filling, Place } from './command-template.ts';
import { type SessionFolder, slotName } from './session-folder.ts';

/** One run of the command. */
export interface CommandRun {
  readonly recipient: Recipient;
  readonly delivery: Delivery;
  readonly folder: SessionFolder;
  readonly deadlineMs: number;
}

type Fill = (run: CommandRun, form: string | undefined) => Filling;

const places: Readonly<Record<string, Fill>> = {
  envelope: ({ delivery, recipient, folder }, form) => {
    const bytes = delivery.envelope ?? recipient.installed ?? new Uint8Array();
    if (form === 'hex') return one(toHex(bytes));
    if (form === 'base64') return one(Buffer.from(bytes).toString('base64'));
    return form === undefined ? one(folder.write('envelope.suit', bytes)) : noForm('envelope', form);
  },
  event: ({ delivery }) => one(delivery.event),
  anchor: (run, form) => {
    const [anchor, ...more] = run.recipient.anchors;
    if (anchor === undefined || more.length > 0)
      return unable(`${run.recipient.anchors.length} trust anchors`);
    return keyFile(run, anchor, 0, form);
  },
  anchors: (run, form) => {
    const files = run.recipient.anchors.map((anchor, i) => keyFile(run, anchor, i, form));
    const lacking = files.find((file) => file.kind === 'unable');
    return lacking ?? each(files.flatMap((file) => (file.kind === 'one' ? [file.text] : [])));
  },
  algorithm: ({ recipient }) => {
    const algorithms = [...new Set(recipient.anchors.flatMap((anchor) => anchor.algorithms))];
    return algorithms.length === 1 ? one(String(algorithms[0])) : unable(`${algorithms.length} algorithms`);
  },
  kid: ({ recipient: { anchors } }) => {
    const kid = anchors.length === 1 ? anchors[0]?.kid : undefined;
    return one(kid ? toHex(kid) : '');
  },
  sequence: ({ recipient: { sequenceNumber } }, form) => {
    const text = sequenceNumber?.toString() ?? form;
    return text === undefined
      ? unable('a device that has installed nothing ({sequence:0} gives it a 0)')
      : one(text);
  },
  'vendor-id': ({ recipient }, form) => commonId(recipient, 'vendorIds', form),
  'class-id': ({ recipient }, form) => commonId(recipient, 'classIds', form),
  'device-id': ({ recipient }, form) => commonId(recipient, 'deviceIds', form),
  'component-id': ({ recipient: { components } }) => {
    const [component, ...more] = components;
    return component && more.length === 0
      ? one(pathOf(component))
      : unable(`${components.length} components`);
  },
  capacity: ({ recipient: { components } }) => {
    const sizes = [...new Set(components.map(({ capacity }) => capacity))];
    return sizes.length === 1 ? one(String(sizes[0])) : unable(`${sizes.length} sizes of slots`);
  },
  'component-ids': ({ recipient: { components } }) => each(components.map(pathOf)),
  payload: (run, form) => {
    const payload = run.delivery.payloads.find(({ uri }) => uri === form);
    const files = payloadFiles(run, payload === undefined ? [] : [payload]);
    if (files.kind === 'unable') return files;
    return one(files.texts[0] ?? run.folder.path('no-such-payload'));
  },
  'payload-uri': (run) => {
    const files = payloadFiles(run, run.delivery.payloads);
    return files.kind === 'unable' ? files : each(run.delivery.payloads.map(({ uri }) => uri));
  },
  'payload-file': (run) => payloadFiles(run, run.delivery.payloads),
  'payload-dir': (run) => {
    const files = payloadFiles(run, run.delivery.payloads);
    if (files.kind === 'unable') return files;
    const names = run.delivery.payloads.map(({ uri }, i) => [uri, nameOfPayload(i)]);
    run.folder.write('payloads/payloads.json', bytesOf(JSON.stringify(Object.fromEntries(names))));
    return one(run.folder.path('payloads'));
  },
  installed: ({ recipient, folder }) =>
    recipient.installed
      ? one(folder.write('installed.suit', recipient.installed))
      : unable('no stored envelope'),
  recipient: ({ recipient, folder }) =>
    one(folder.write('recipient.json', bytesOf(JSON.stringify(recipientToJson(recipient))))),
  delivery: ({ delivery, folder }) =>
    one(folder.write('delivery.json', bytesOf(JSON.stringify(deliveryToJson(delivery))))),
  now: ({ recipient: { clock } }) => (clock.kind === 'none' ? unable('no clock') : one(String(clock.now))),
  'slot-dir': ({ recipient, folder }) => {
    folder.write('slots/slots.json', bytesOf(JSON.stringify(recipient.components.map(slotsOf))));
    return one(folder.path('slots'));
  },
  'component-file': ({ recipient, folder }, form) => {
    const component = Number(form ?? 0);
    const current = recipient.components[component]?.current;
    return current === undefined
      ? unable(`${recipient.components.length} components`)
      : one(folder.slotPath(component, current));
  },
  'state-dir': ({ folder }) => one(folder.path('state')),
  deadline: ({ deadlineMs }) => one(String(deadlineMs)),
};

export const placeNames: readonly string[] = Object.keys(places);

/** Do these places tell all there is to tell? */
export function tellsAll(used: readonly Place[]): boolean {
  const names = used.map(({ name }) => name);
  return names.includes('recipient') && names.includes('delivery');
}

export function fillPlace({ name, form }: Place, run: CommandRun): Filling {
  return (places[name] as Fill)(run, form);
}

/** Is it told what the components hold? */
export function holdsSlots(used: readonly Place[]): boolean {
  return used.some(({ name }) => name === 'slot-dir' || name === 'component-file');
}

/** What recipients must not have for these places to tell of them. */
export function untoldBy(used: readonly Place[]): readonly Untold[] {
  if (tellsAll(used)) return [];
  const has = (...names: readonly string[]): boolean => used.some(({ name }) => names.includes(name));
  const isDefaulted = used.every(({ name, form }) => name !== 'sequence' || form !== undefined);
  return [
    ...(has('anchors') && !has('algorithm') ? [] : (['anchors'] as const)),
    'policies',
    ...(has('component-id') ? (['components'] as const) : []),
    ...(has('vendor-id', 'class-id', 'device-id') ? (['ids'] as const) : []),
    ...(isDefaulted ? [] : (['fresh'] as const)),
  ];
}

/** What the places used cannot say of this session; undefined: nothing that matters. */
export function untold(
  { anchors, policy, components }: Recipient,
  deliveries: readonly Delivery[],
  used: readonly Place[],
): string | undefined {
  if (policy.kind !== 'any') return `the policy ${policy.kind}`;
  if (anchors.some(({ roles }) => !roles.includes('author'))) return 'a trust anchor that is no author’s';
  const isAssumed = components.some(({ slots }) => slots.some(({ kind }) => kind === 'assumed'));
  if (isAssumed && holdsSlots(used)) return 'contents whose bytes nobody has';
  if (used.some(({ name }) => name === 'capacity')) return undefined;
  const smallest = Math.min(...components.map(({ capacity }) => capacity));
  const sizes = deliveries.flatMap(({ envelope, payloads }) => [
    envelope?.length ?? 0,
    ...payloads.map((payload) => (payload.kind === 'bytes' ? payload.bytes.length : 0)),
  ]);
  const largest = Math.max(...sizes);
  return largest > smallest ? `slots of ${smallest} bytes ({capacity} tells)` : undefined;
}

function keyFile(run: CommandRun, { key, kid, algorithms }: TrustAnchor, i: number, given = 'pem'): Filling {
  const form = keyForms.find((known) => known === given);
  if (form === undefined) return noForm('anchor', given);
  const isBound = key.alg !== undefined || key.keyOps !== undefined;
  if (isBound && form !== 'cose' && form !== 'jwk')
    return unable(`a key with an algorithm or operations of its own as ${form}`);
  if (key.keyOps !== undefined) return unable(`a key with operations of its own as ${form}`);
  const alg = algorithms.length === 1 ? algorithms[0] : undefined;
  const bytes = keyInForm({ ...(alg !== undefined && { alg }), ...key, ...(kid && { kid }) }, form);
  return bytes ? one(run.folder.write(`anchor-${i}.${form}`, bytes)) : unable(`a ${key.kty} key as ${form}`);
}

function commonId(
  { components }: Recipient,
  name: 'vendorIds' | 'classIds' | 'deviceIds',
  form = 'hex',
): Filling {
  const ids = new Set(components.map((component) => component[name].map(toHex).join()));
  const [id] = ids;
  if (ids.size !== 1 || id === undefined || id.includes(','))
    return unable(`${name} that differ or are several`);
  if (components.some(({ pens = [] }) => pens.length > 0)) return unable('vendors named by a PEN');
  if (form === 'hex' || id === '') return one(id);
  return form === 'uuid' ? one(id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')) : noForm(name, form);
}

function payloadFiles(
  { folder }: CommandRun,
  payloads: readonly Payload[],
): Extract<Filling, { kind: 'each' | 'unable' }> {
  const texts: string[] = [];
  for (const [i, payload] of payloads.entries()) {
    if (payload.kind === 'endless') return unable('a payload without end');
    if (payload.kind === 'assumed') return unable('a payload whose bytes nobody has');
    if (payload.kind === 'redirect') return unable('a payload that is somewhere else');
    texts.push(folder.write(`payloads/${nameOfPayload(i)}`, payload.bytes));
  }
  return each(texts);
}

/** Which of a component's files its commands act on. */
function slotsOf({ current, running, slots }: Component, component: number) {
  const files = slots.map((_, slot) => slotName(component, slot));
  return { current: files[current], ...(running !== undefined && { running: files[running] }), files };
}

function nameOfPayload(i: number): string {
  return `payload-${i}`;
}

function pathOf({ identifier }: Component): string {
  return identifier.map(toHex).join('/');
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function one(text: string): Filling & { kind: 'one' } {
  return { kind: 'one', text };
}

function each(texts: readonly string[]): Filling & { kind: 'each' } {
  return { kind: 'each', texts };
}

function unable(feature: string): Filling & { kind: 'unable' } {
  return { kind: 'unable', feature };
}

function noForm(name: string, form: string): Filling & { kind: 'unable' } {
  return unable(`{${name}:${form}}: there is no such form`);
}

/** Forms that a place can be checked for before anything is run; one without may have any text. */
export const placeForms: Readonly<Record<string, readonly (KeyForm | string)[] | RegExp>> = {
  envelope: ['hex', 'base64'],
  anchor: keyForms,
  anchors: keyForms,
  'vendor-id': ['hex', 'uuid'],
  'class-id': ['hex', 'uuid'],
  'device-id': ['hex', 'uuid'],
  // A component's number.
  'component-file': /^(0|[1-9]\d{0,4})$/,
  // Given where the device has none.
  sequence: /^\d{1,20}$/,
};
