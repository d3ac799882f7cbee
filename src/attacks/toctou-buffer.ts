/**
 * A buffer or a slot that somebody else writes to while its content is processed (RFC 9124 §4.2.18, §4.3.8, §4.3.21).
 *
 * Of a buffer: the network has another image, and its digest is written over the right one: who reads that installs the image.
 *
 * @module
 */
import fc from 'fast-check';
import { write } from '../cbor/write.ts';
import { digestOf } from '../cose/algorithms.ts';
import type { BufferChange, Payload } from '../device/delivery.ts';
import { before, controlOf, type RunStep, type Scenario, step } from '../scenarios/scenario.ts';
import { type EnvelopeParts, encode } from '../suit/parts.ts';
import type { Reason } from '../suit/stage.ts';
import type { Attack, Attacked, Expectation } from './attack.ts';
import { attacked, deliverEnvelope, type FetchedImage, fetchedImages } from './deliver.ts';
import { eitherAnswer, shouldReject } from './expectation.ts';
import { digestIds } from './history.ts';

export function unused(...reasons: readonly [Reason, ...Reason[]]): Expectation {
  return eitherAnswer(
    reasons,
    { doc: 'information-model', section: '4.3.21' },
    { level: 'installed', prohibits: [{ kind: 'wrong-image' }] },
  );
}

const common = {
  group: 'S',
  family: 'toctou',
  by: 'device',
  threats: ['THREAT.MFST.TOCTOU'],
  violates: ['REQ.SEC.MFST.CONST'],
  choice: fc.record({ image: fc.nat({ max: 3 }) }),
} as const;

/** After authentication the manifest's digest of an image is written over. */
export const changedManifest: Attack<{ image: number }> = {
  ...common,
  id: 'toctou.manifest',
  handle: 'S01',
  change: 'shared buffer changed after authentication; ⊘ use of changed bytes',
  expects: [unused('manifest-digest-mismatch', 'sig-invalid', 'image-mismatch')],
  on: { features: ['network', 'update', 'flat'] },
  apply: (scenario, { image }) => whileChanging(scenario, image, 'authenticated'),
};

/** The digest is written over once the severed elements were found to be the right ones. */
export const changedSevered: Attack<{ image: number }> = {
  ...common,
  id: 'toctou.severed',
  handle: 'S03',
  change: 'severed element or digest parameter changed after its check; ⊘ its use',
  expects: [unused('severed-mismatch', 'image-mismatch')],
  on: { features: ['network', 'update', 'flat', 'severed'] },
  apply: (scenario, { image }) => whileChanging(scenario, image, 'severed'),
};

/** One bit of the image changes after it has matched, and before it is invoked. */
export const changedImage: Attack<{ bit: number }> = {
  ...common,
  id: 'toctou.image',
  handle: 'S04',
  change: 'component changed after image-match, before invoke',
  threats: ['THREAT.IMG.REPLACE'],
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [
    shouldReject(['image-mismatch'], { doc: 'information-model', section: '4.3.8' }, { level: 'invoked' }),
  ],
  on: { features: ['boot', 'flat'] },
  choice: fc.record({ bit: fc.nat({ max: 2399 }) }),

  apply(scenario, { bit }) {
    const found = before(scenario, 'boot');
    const control = controlOf(scenario, 'boot');
    const component = found?.delivery.invokes[0];
    const current = component === undefined ? undefined : found?.recipient.components[component]?.current;
    const held = found?.delivery.after.contents[component ?? -1]?.[current ?? -1];
    if (!found || !control || component === undefined) return undefined;
    if (held?.kind !== 'bytes' || held.bytes.length === 0) return undefined;
    const at = (bit >> 3) % held.bytes.length;
    const bytes = held.bytes.with(at, (held.bytes[at] as number) ^ (1 << (bit & 7)));
    const delivery = { ...found.delivery.delivery, slotChange: { component, bytes } };
    const judged: RunStep = { ...step(found.delivery, 'judged'), delivery };
    return attacked(control, { recipient: found.recipient, steps: [judged] });
  },
};

function whileChanging(
  scenario: Scenario,
  number: number,
  after: BufferChange['after'],
): Attacked | undefined {
  const image = imageToChange(scenario, number);
  const bufferChange = image && digestChange(scenario, image, after);
  if (image === undefined || bufferChange === undefined) return undefined;
  const payloads = payloadsWithOther(scenario, image);
  const made = deliverEnvelope(scenario, scenario.release, { event: 'update', payloads });
  if (made === undefined) return undefined;
  const steps = made.attacked.steps.map(
    (one): RunStep => ({ ...one, delivery: { ...one.delivery, bufferChange } }),
  );
  return { ...made, attacked: { ...made.attacked, steps } };
}

export function imageToChange(scenario: Scenario, number: number): FetchedImage | undefined {
  const images = fetchedImages(scenario).filter(({ bytes }) => bytes.length > 0);
  return images[number % Math.max(images.length, 1)];
}

/** The network has the other image in the place of the one. */
export function payloadsWithOther(scenario: Scenario, image: FetchedImage): readonly Payload[] {
  const payloads = before(scenario, 'update')?.delivery.delivery.payloads ?? [];
  return payloads.map(
    (one): Payload => (one.uri === image.uri ? { uri: one.uri, kind: 'bytes', bytes: other(image) } : one),
  );
}

function other({ bytes }: FetchedImage): Uint8Array {
  return bytes.map((byte) => byte ^ 0xff);
}

function digestChange(
  { release }: Scenario,
  image: FetchedImage,
  after: BufferChange['after'],
): BufferChange | undefined {
  const wanted = digestPlace(release, image);
  return wanted && { after, ...wanted };
}

/** The digest of the other image in the place of the one; undefined: it does not stand there exactly once. */
export function digestPlace(
  release: EnvelopeParts,
  image: FetchedImage,
): Pick<BufferChange, 'offset' | 'bytes'> | undefined {
  const envelope = Buffer.from(encode(release));
  const start = envelope.indexOf(write(release.manifest));
  for (const id of digestIds) {
    const [right, wrong] = [digestOf(id, image.bytes), digestOf(id, other(image))];
    const offset = right === undefined || start < 0 ? -1 : envelope.indexOf(right, start);
    if (right === undefined || wrong === undefined || offset < 0) continue;
    return envelope.indexOf(right, offset + 1) < 0 ? { offset, bytes: wrong } : undefined;
  }
  return undefined;
}
