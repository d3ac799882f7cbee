import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../cbor/hex.ts';
import type { Content, Recipient } from '../device/recipient.ts';
import { equalState } from '../device/state.ts';
import { encode, partsOf, seal } from '../suit/parts.ts';
import { readManifest } from '../suit/read.ts';
import { buildScenario } from './build.ts';
import {
  ascending,
  codeOf,
  commandsOf,
  everyCommand,
  keyOf,
  walkDelivery,
} from './fixtures/read-scenario.ts';
import { signerOfEnvelope } from './given-signer.ts';
import { arbitraryPlan } from './plan-arbitrary.ts';
import type { Scenario } from './scenario.ts';

const scenarios = fc
  .oneof({ withCrossShrink: true }, arbitraryPlan(), arbitraryPlan({ family: 'valid.mixed' }))
  .map(buildScenario);
const runs = { numRuns: 200 };

describe('buildScenario', () => {
  it('gives the same scenario for the same plan', () => {
    fc.assert(
      fc.property(arbitraryPlan(), (plan) => {
        expect(buildScenario(plan)).toEqual(buildScenario(plan));
      }),
    );
  });

  it('makes releases that read back and are sealed', () => {
    fc.assert(
      fc.property(scenarios, ({ release, signers }) => {
        const bytes = encode(release);
        const read = partsOf(bytes);
        expect(read.ok && equalBytes(encode(read.parts), bytes)).toBe(true);
        expect(readManifest(release.manifest).ok).toBe(true);
        expect(encode(seal(release, signers))).toEqual(bytes);
      }),
      runs,
    );
  });

  it('makes recipients that trust every signer and no stranger', () => {
    fc.assert(
      fc.property(scenarios, ({ release, signers, strangers, recipient }) => {
        const read = partsOf(encode(release));
        if (!read.ok) throw new Error(read.problem.message);
        for (const signer of signers) {
          const fitting = recipient.anchors.filter(
            ({ key, algorithms }) => algorithms.includes(signer.algorithm) && key.kty === signer.key.kty,
          );
          const known = fitting.map(({ key }) => attempt(() => signerOfEnvelope(read.parts, key)));
          expect(known.some((one) => one?.algorithm === signer.algorithm)).toBe(true);
        }
        for (const stranger of strangers) {
          expect(attempt(() => signerOfEnvelope(read.parts, stranger.key))).toBeUndefined();
        }
        for (const { key } of recipient.anchors)
          expect(key.kty === 'Symmetric' || key.d === undefined).toBe(true);
      }),
      runs,
    );
  });

  it('leaves each image where it says, all of them distinct and within the capacity', () => {
    fc.assert(
      fc.property(scenarios, ({ recipient, deliveries, images, release }) => {
        const manifest = readManifest(release.manifest);
        const listed = manifest.ok ? manifest.manifest.components : [];
        for (const { component, recipientComponent, bytes } of images) {
          const device = recipient.components[recipientComponent]!;
          expect(device.identifier).toEqual(listed[component]);
          expect(deliveries[0]!.after.contents[recipientComponent]![device.current]).toEqual({
            kind: 'bytes',
            bytes,
          });
          expect(bytes!.length).toBeLessThan(device.capacity / 2);
        }
        const names = [...images.map(({ bytes }) => bytes!), ...bytesIn(recipient)].map(toHex);
        const inPlace = deliveries[0]!.delivery.event === 'boot' ? images.length : 0;
        expect(new Set(names).size).toBe(names.length - inPlace);
      }),
      runs,
    );
  });

  it('raises the sequence number with an update, and boots no lower one than is installed', () => {
    fc.assert(
      fc.property(scenarios, ({ recipient, deliveries, release }) => {
        const manifest = readManifest(release.manifest);
        const offered = manifest.ok ? manifest.manifest.sequenceNumber : -1n;
        const [first] = deliveries;
        const installed = recipient.sequenceNumber ?? -1n;
        if (first!.delivery.event === 'update') {
          expect(offered).toBeGreaterThan(installed);
          expect(first!.after).toMatchObject({ sequenceNumber: offered, installed: encode(release) });
        } else {
          expect(offered).toBeGreaterThanOrEqual(installed);
          expect(first!.after.sequenceNumber).toBe(recipient.sequenceNumber);
        }
        expect(deliveries.at(-1)!.after.sequenceNumber).toBe(first!.after.sequenceNumber);
      }),
      runs,
    );
  });

  it('expects the states that a walk through the commands comes to, on a recipient with the ids asked for', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const contents = scenario.recipient.components.map(({ slots }) => slots);
        scenario.deliveries.reduce(
          (before, { delivery, after, invokes }) => {
            const walked = walkDelivery(scenario, before, delivery.event);
            expect(walked.ends).toBe(true);
            expect(equalState({ contents: walked.contents }, { contents: after.contents })).toBe(true);
            expect(walked.invoked).toEqual(invokes);
            return after.contents;
          },
          contents as Scenario['deliveries'][number]['after']['contents'],
        );
      }),
      runs,
    );
  });

  it('lists what each release needs', () => {
    fc.assert(
      fc.property(scenarios, ({ needs, release, signers, deliveries }) => {
        const all = (['shared', 'validate', 'load', 'invoke', 'payloadFetch', 'install'] as const).flatMap(
          (section) => everyCommand(commandsOf(release, section) ?? []),
        );
        const isPrivate = (code: number) => code < -256;
        expect(needs.commands).toEqual(ascending(all.map(codeOf)).filter((code) => !isPrivate(code)));
        expect(needs.extensions?.includes('custom-commands') ?? false).toBe(all.map(codeOf).some(isPrivate));
        expect(needs.parameters).toEqual(
          ascending(
            all.flatMap((command) =>
              command.kind === 'overrideParameters'
                ? Object.keys(command.parameters)
                    .filter((name) => name !== 'custom')
                    .map(keyOf)
                : [],
            ),
          ),
        );
        const ids = signers.flatMap(({ algorithm, structure, wraps }) =>
          structure === 'mac' ? [algorithm, wraps ? -3 : -6] : [algorithm],
        );
        expect(needs.algorithms).toEqual(ascending(ids));
        expect([...needs.structures].sort()).toEqual(
          [...new Set(signers.map(({ structure }) => structure))].sort(),
        );
        expect(needs.events).toEqual(deliveries.map(({ delivery }) => delivery.event));
        expect(needs).toMatchObject({ revision: '37', digests: expect.arrayContaining([needs.digests[0]]) });
        expect(needs.digests.length).toBe(1);
      }),
      runs,
    );
  });

  it('follows §6.2: with several components every sequence begins with set-component-index', () => {
    fc.assert(
      fc.property(arbitraryPlan({ features: ['multi-component'] }).map(buildScenario), ({ release }) => {
        for (const section of ['shared', 'validate', 'load', 'invoke', 'payloadFetch', 'install'] as const) {
          const [first] = commandsOf(release, section) ?? [];
          if (first) expect(first.kind).toBe('setComponentIndex');
        }
      }),
      runs,
    );
  });
});

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function bytesIn(recipient: Recipient): Uint8Array[] {
  return recipient.components.flatMap(({ slots }) =>
    slots.flatMap((content: Content) => (content.kind === 'bytes' ? [content.bytes] : [])),
  );
}
