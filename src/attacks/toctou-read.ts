/**
 * A source that does not answer twice alike: what was checked is what must be kept (draft §6.3, §8.4.9.2).
 *
 * @module
 */
import fc from 'fast-check';
import { tstr } from '../cbor/item.ts';
import type { Payload } from '../device/delivery.ts';
import { before, type RunStep, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { commandCode as code } from '../suit/registry.ts';
import { type Attack, type Attacked, inDimension } from './attack.ts';
import { type Commands, command, override, select, unread } from './command-items.ts';
import { type FetchedImage, fetchedImages } from './deliver.ts';
import { eitherAnswer } from './expectation.ts';
import { imageDigest } from './history.ts';
import { inserted, type Side, twins } from './twin.ts';

/** The image once more from the same place, and the check of what came. */
function fetchAgain(scenario: Scenario, { component, uri, bytes }: FetchedImage): Commands {
  const wanted = { imageDigest: imageDigest(bytes, scenario.plan?.digest ?? -16), uri: tstr(uri) };
  return [
    ...select(component),
    ...override(wanted),
    ...command(code.fetch),
    ...unread,
    ...command(code.imageMatch),
  ];
}

/** Other bytes of the same length on the first request or on all later ones. */
export const doubleRead: Attack<{ evil: 'first' | 'later'; fetches: 'once' | 'twice' }> = {
  id: 'toctou.double-read',
  handle: 'S05',
  group: 'S',
  family: 'toctou',
  change: 'source gives other bytes on one of two reads; ⊘ those bytes in the target of an accepted update',
  by: 'device',
  threats: ['THREAT.IMG.REPLACE'],
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [
    eitherAnswer(['image-mismatch'], manifest('8.4.9.2'), {
      level: 'installed',
      prohibits: [{ kind: 'wrong-image' }],
    }),
  ],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.record({
    evil: fc.constantFrom('later', 'first'),
    fetches: fc.constantFrom('once', 'twice'),
  }),

  apply(scenario, { evil, fetches }) {
    const image = fetchedImages(scenario).find(({ bytes }) => bytes.length > 0);
    if (image === undefined) return undefined;
    const commands = fetchAgain(scenario, image);
    const side: Side =
      fetches === 'once' ? {} : { release: (parts) => inserted(parts, { section: 'install', commands }) };
    const made = twins(scenario, { event: 'update', control: side, attacked: side });
    return inDimension(made && answeringTwice(scenario, made, image, evil), `${evil} of ${fetches}`);
  },
};

function answeringTwice(
  scenario: Scenario,
  made: Attacked,
  image: FetchedImage,
  evil: 'first' | 'later',
): Attacked {
  const good: Payload = { uri: image.uri, kind: 'bytes', bytes: image.bytes };
  const bad: Payload = { ...good, bytes: image.bytes.map((byte) => byte ^ 0xff) };
  const payloads = before(scenario, 'update')?.delivery.delivery.payloads ?? [];
  const answers = payloads.map((one) => (one.uri === image.uri ? (evil === 'first' ? bad : good) : one));
  const laterPayloads = [evil === 'first' ? good : bad];
  const steps = made.attacked.steps.map(
    (one): RunStep => ({ ...one, delivery: { ...one.delivery, payloads: answers, laterPayloads } }),
  );
  return { ...made, attacked: { ...made.attacked, steps } };
}
