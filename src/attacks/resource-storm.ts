/**
 * Many deliveries: failing ones that repeat, and a good one after many bad ones (draft §6.1).
 *
 * @module
 */
import fc from 'fast-check';
import { int } from '../cbor/item.ts';
import type { Payload } from '../device/delivery.ts';
import { controlOf, type RunStep, type Scenario, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { setMember, setSequenceNumber } from '../suit/edit.ts';
import { encode, seal } from '../suit/parts.ts';
import { manifestKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { attacked, fetchedImages } from './deliver.ts';
import { eitherAnswer, mustAccept } from './expectation.ts';
import { releaseAt, stepWith, updateOf } from './history.ts';
import { isResource } from './resource-row.ts';

type Update = NonNullable<ReturnType<typeof updateOf>>;

/** The right envelope, and for the first image other bytes of the same length. */
function withWrongImage(scenario: Scenario, found: Update, must: RunStep['must']): RunStep | undefined {
  const [image] = fetchedImages(scenario);
  if (image === undefined || image.bytes.length === 0) return undefined;
  const payloads = found.delivery.delivery.payloads.map(
    (payload): Payload =>
      payload.uri === image.uri
        ? { uri: image.uri, kind: 'bytes', bytes: image.bytes.map((byte) => byte ^ 0xff) }
        : payload,
  );
  return stepWith(found.delivery, scenario.release, must, { payloads });
}

/** An authentic update that fails each time: how often it is tried is the device's policy. */
export const failingStorm: Attack<{ count: number }> = {
  ...isResource,
  id: 'res.storm.auth',
  handle: 'Q11',
  change: 'authentic failing update repeated; bounded wear',
  by: 'network',
  threats: ['THREAT.NET.ONPATH'],
  violates: [],
  expects: [eitherAnswer(['image-mismatch', 'limit-count'], manifest('6.1'))],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.record({ count: fc.integer({ min: 1, max: 8 }) }),

  apply(scenario, { count }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    const last = found && withWrongImage(scenario, found, 'judged');
    const again = found && withWrongImage(scenario, found, 'either');
    if (!found || !control || !last || !again) return undefined;
    const steps = [...Array.from({ length: count }, () => again), last];
    return attacked(control, { recipient: found.recipient, steps });
  },
};

const refusals = {
  decode: ({ release }: Scenario, found: Update) => {
    const bytes = encode(release);
    return stepWith(found.delivery, bytes.subarray(0, bytes.length >> 1), 'reject');
  },
  authenticate: ({ release, strangers }: Scenario, found: Update) =>
    strangers.length === 0 ? undefined : stepWith(found.delivery, seal(release, strangers), 'reject'),
  digest: ({ release }: Scenario, found: Update) =>
    stepWith(found.delivery, setSequenceNumber(release, found.number ^ 1n), 'reject'),
  version: (scenario: Scenario, found: Update) => {
    const made = releaseAt(scenario, found.number, (parts) => ({
      ...parts,
      manifest: setMember(parts.manifest, manifestKey.version, int(2)),
    }));
    return made && stepWith(found.delivery, made, 'reject');
  },
  sequence: (scenario: Scenario, found: Update) => {
    const installed = found.recipient.sequenceNumber ?? 0n;
    const made = installed > 0n ? releaseAt(scenario, installed - 1n) : undefined;
    return made && stepWith(found.delivery, made, 'reject');
  },
  payload: (scenario: Scenario, found: Update) => withWrongImage(scenario, found, 'reject'),
} as const;

const refused = Object.keys(refusals) as readonly (keyof typeof refusals)[];

/** After refusals at several stages the good update is taken, as if nothing had been. */
export const validAfterStorm: Attack<{ stages: (keyof typeof refusals)[] }> = {
  ...isResource,
  id: 'res.storm.then-valid',
  handle: 'Q17',
  change: 'k deliveries refused, each at another stage, then the valid twin; memory back at its start',
  by: ['outsider', 'untrusted-key', 'author', 'network'],
  threats: ['THREAT.NET.ONPATH'],
  violates: [],
  expects: [mustAccept(manifest('6.1'))],
  on: { features: ['network', 'update', 'flat', 'installed-number'] },
  choice: fc.record({ stages: fc.array(fc.constantFrom(...refused), { minLength: 1, maxLength: 8 }) }),

  apply(scenario, { stages }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    const bad = found ? stages.flatMap((stage) => refusals[stage](scenario, found) ?? []) : [];
    if (!found || !control || bad.length === 0) return undefined;
    const steps = [...bad, step(found.delivery, 'judged')];
    return attacked(control, { recipient: found.recipient, steps });
  },
};

export const stormAttacks: readonly AnyAttack[] = [failingStorm, validAfterStorm];
