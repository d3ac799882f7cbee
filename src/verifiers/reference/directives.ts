/**
 * The directives that act on components: fetch, copy, write, swap, invoke (draft §8.4.10).
 *
 * @module
 */
import type { Payload } from '../../device/delivery.ts';
import type { Content } from '../../device/recipient.ts';
import { commandCode } from '../../suit/registry.ts';
import { denied } from './access.ts';
import { hashingOf } from './digest.ts';
import {
  aborted,
  access,
  type Current,
  contentOf,
  currentAt,
  type Failure,
  type Machine,
} from './machine.ts';
import type { WantedImage } from './rules-component.ts';
import { sizeOf } from './storage.ts';
import type { Work } from './work.ts';

type Directive = (machine: Machine, current: Current) => Failure | undefined;

export function perform(machine: Machine, code: number, current: Current): Failure | undefined {
  return directives[code]?.(machine, current) ?? undefined;
}

const directives: Readonly<Record<number, Directive>> = {
  [commandCode.fetch]: fetch,
  [commandCode.copy]: copy,
  [commandCode.swap]: swap,
  [commandCode.invoke]: invoke,
  [commandCode.write]: (machine, current) => {
    const { content } = current.parameters;
    if (content === undefined) return aborted('param-missing', 'write without content');
    return store(machine, current, { kind: 'bytes', bytes: content }, 'write');
  },
};

function fetch(machine: Machine, current: Current): Failure | undefined {
  const { uri, imageDigest, imageSize } = current.parameters;
  if (uri === undefined) return aborted('param-missing', 'fetch without a URI');
  const held = imageDigest && shortcut(machine, { digest: imageDigest, size: imageSize });
  if (held !== undefined) return store(machine, current, held, 'copy');
  const found = retrieve(machine, current, uri);
  if ('problem' in found) return found;
  const received = found.kind === 'endless' ? undefined : sizeOf(found);
  // Assumed content of unknown size is taken as it is.
  const isAssumed = found.kind === 'assumed' && received === undefined;
  const goOn = isAssumed || machine.work.rules.mayGoOn(received, imageSize, current.component.capacity);
  if (goOn !== true) return aborted(goOn, `payload of ${received ?? 'unlimited'} bytes`);
  if (found.kind === 'endless') return aborted('fetch-failed', 'a payload without end');
  const failure = store(machine, current, found, 'write');
  if (failure === undefined && imageDigest === undefined) machine.unverified.add(current.own);
  return failure;
}

function shortcut(machine: Machine, wanted: WantedImage): Content | undefined {
  const { rules, staged, device } = machine.work;
  const contents = device.recipient.components.map(({ current }, own) => staged.read(own, current));
  return rules.shortcut(wanted, contents, hashingOf(machine.work, wanted.digest.algorithm));
}

/** Draft §7.5: the envelope's payload first; the effect is the request, whatever comes of it. */
function retrieve(machine: Machine, current: Current, uri: string): ReturnType<typeof request> {
  const { work } = machine;
  const place = work.rules.payloadFrom(uri, work.payloads, work.device.recipient.capabilities.schemes);
  if (typeof place === 'string') return aborted(place, 'no place to fetch from');
  if (place.from === 'envelope') return { kind: 'bytes', bytes: place.bytes };
  return request(machine, current, uri, 0);
}

/** Asks the network, and where that names another URI, asks for that, if it may. */
function request(
  machine: Machine,
  current: Current,
  uri: string,
  hops: number,
): Exclude<Payload, { kind: 'redirect' | 'slow' }> | Content | Failure {
  const { work } = machine;
  const { rules, limits } = work;
  work.effects.push({ kind: 'fetch', uri, component: current.own });
  const answer = answerTo(work, uri);
  if (answer === undefined) return aborted('fetch-failed', 'not found');
  if (answer.kind === 'slow') {
    const inTime = rules.inTime(answer.seconds, limits.fetchSeconds);
    if (inTime !== true) return aborted(inTime, `${answer.seconds} seconds`);
    return { kind: 'bytes', bytes: answer.bytes };
  }
  if (answer.kind !== 'redirect') return answer;
  const { schemes } = work.device.recipient.capabilities;
  const may = rules.mayFollow(uri, answer.to, { hops, limit: limits.redirects, schemes });
  if (may !== true) return aborted(may, `redirected to ${answer.to}`);
  return request(machine, current, answer.to, hops + 1);
}

function answerTo(work: Work, uri: string): Payload | undefined {
  const { payloads, laterPayloads = [] } = work.delivery;
  const requests = work.effects.filter((effect) => effect.kind === 'fetch' && effect.uri === uri);
  const later = requests.length > 1 ? work.ports.fetch(laterPayloads, uri) : undefined;
  return later ?? work.ports.fetch(payloads, uri);
}

function copy(machine: Machine, current: Current): Failure | undefined {
  const source = sourceOf(machine, current, commandCode.copy);
  if ('problem' in source) return source;
  access(machine, 'sources', source.own);
  const content = contentOf(machine, source);
  if (content.kind === 'empty') return aborted('source-missing', `component ${source.index} is empty`);
  const failure = store(machine, current, content, 'copy');
  if (failure === undefined && machine.unverified.has(source.own)) machine.unverified.add(current.own);
  return failure;
}

function swap(machine: Machine, current: Current): Failure | undefined {
  const source = sourceOf(machine, current, commandCode.swap);
  if ('problem' in source) return source;
  const runs = running(machine, source);
  if (runs !== undefined) return runs;
  access(machine, 'sources', source.own);
  const [here, there] = [contentOf(machine, current), contentOf(machine, source)];
  if (there.kind === 'empty') return aborted('source-missing', `component ${source.index} is empty`);
  const fits = machine.work.rules.fits(sizeOf(here) ?? 0n, source.component.capacity);
  if (fits !== true) return aborted(fits, `component ${source.index}`);
  const { unverified, validated } = machine;
  const [isHere, isThere] = [unverified.has(current.own), unverified.has(source.own)];
  const failure = store(machine, current, there, 'swap');
  if (failure !== undefined) return failure;
  const { staged, rules } = machine.work;
  staged.write(source.own, rules.slotToWrite(source.component), here);
  for (const marked of [validated, unverified, machine.checks]) marked.delete(source.own);
  // What nothing has checked is no better known in another place (draft §6.3).
  if (isHere) unverified.add(source.own);
  if (isThere) unverified.add(current.own);
  return undefined;
}

function invoke(machine: Machine, current: Current): Failure | undefined {
  const { work, validated } = machine;
  if (contentOf(machine, current).kind === 'empty') return aborted('directive-failed', 'nothing to invoke');
  const checked = work.rules.mustCheck(current.own, validated);
  if (checked !== true) return aborted(checked, `component ${current.index} was not validated`);
  const still = work.rules.checkAgain(machine.checks.get(current.own) ?? (() => true));
  if (still !== true) return aborted(still, `component ${current.index} has changed since it was validated`);
  const { invokeArguments } = current.parameters;
  work.effects.push({
    kind: 'invoke',
    component: current.own,
    ...(invokeArguments && { arguments: work.rules.argumentsOf(invokeArguments) }),
  });
  work.invoked = true;
  return undefined;
}

function sourceOf(machine: Machine, current: Current, code: number): Current | Failure {
  const { rules, components } = machine.work;
  const source = rules.source(current.parameters, current.index, components.length);
  if (typeof source === 'string') return aborted(source, `source of component ${current.index}`);
  const found = currentAt(machine, source);
  if ('problem' in found) return aborted('source-missing', `component ${source}`);
  // Draft §9: to take from a component needs a right on it too.
  return denied(machine, { of: 'command', code, reads: true }, source) ?? found;
}

/** Writes a component's slot, within its capacity. */
export function store(
  machine: Machine,
  current: Current,
  content: Content,
  kind: 'write' | 'copy' | 'swap',
): Failure | undefined {
  const { rules, staged, effects, meter } = machine.work;
  const size = sizeOf(content) ?? 0n;
  const fits = rules.fits(size, current.component.capacity);
  if (fits !== true) return aborted(fits, `${size} bytes into ${current.component.capacity}`);
  access(machine, 'targets', current.own);
  const { targets, sources } = machine.race;
  const overlap = machine.strict ? true : rules.mayOverlap(targets, sources);
  if (overlap !== true) return aborted(overlap, `component ${current.index} is both read and written`);

  const runs = running(machine, current);
  if (runs !== undefined) return runs;
  staged.write(current.own, rules.slotToWrite(current.component), plain(content));
  overwriteBuffer(machine.work, current.own, content);
  for (const marked of [machine.validated, machine.unverified, machine.checks]) marked.delete(current.own);
  effects.push({ kind, component: current.own });
  meter.steps += Math.ceil(Number(size) / 1024);
  return undefined;
}

function running(machine: Machine, { component, index }: Current): Failure | undefined {
  const { rules, delivery } = machine.work;
  if (delivery.event !== 'update') return undefined;
  const may = rules.mayOverwrite(component, rules.slotToWrite(component));
  return may === true ? undefined : aborted(may, `what runs is in the slot of component ${index}`);
}

/** The slot may lie over the buffer that the envelope was delivered in. */
function overwriteBuffer({ buffer, delivery }: Work, own: number, content: Content): void {
  const { component, offset = 0 } = delivery.bufferComponent ?? {};
  if (component !== own || content.kind !== 'bytes') return;
  buffer.set(content.bytes.subarray(0, Math.max(0, buffer.length - offset)), offset);
}

/** The content alone, without the URI of the payload that it came in. */
function plain(content: Content): Content {
  if (content.kind === 'bytes') return { kind: 'bytes', bytes: content.bytes };
  if (content.kind === 'empty') return content;
  return {
    kind: 'assumed',
    digest: content.digest,
    ...(content.size !== undefined && { size: content.size }),
  };
}
