import { describe, expect, it } from 'vitest';
import type { Decision } from '../../device/decision.ts';
import type { Command } from '../../suit/model.ts';
import { commandCode as code, manifestKey } from '../../suit/registry.ts';
import {
  act,
  classId,
  compatibility,
  component,
  deliver,
  image,
  index,
  manifest,
  oldImage,
  recipient,
  set,
  sha256,
  tryEach,
  twoComponents,
  uri,
  vendorId,
} from './fixtures/trial.ts';
import { createVerifier } from './reference.ts';
import { type CommandInformation, wantedOf } from './reporting.ts';

type Name = Parameters<typeof act>[0];

function reporting(name: Name, policy: number): Command {
  return { ...act(name), policy } as Command;
}

async function records(decision: Promise<Decision>) {
  const made = await decision;
  return made.kind === 'interrupted' ? [] : (made.records ?? []);
}

const wanted = { imageDigest: sha256(image), imageSize: BigInt(image.length) };

describe('reporting policies', () => {
  it.each([
    [0, true, false, false],
    [1, true, true, false],
    [2, true, false, false],
    [4, true, false, true],
    [5, true, true, true],
    [8, true, false, false],
    [15, true, true, true],
    [1, false, false, false],
    [2, false, true, false],
    [4, false, false, false],
    [8, false, false, true],
    [10, false, true, true],
  ])(
    'policy %i of a command that succeeds (%s) asks for a record %s, for system information %s',
    (policy, succeeded, record, system) => {
      expect(wantedOf(policy, succeeded)).toEqual({ record, system });
    },
  );

  it('make records of what succeeds, with what the command consumed and found', async () => {
    const install = [set({ uri }), reporting('fetch', 1), reporting('imageMatch', 5)];
    expect(await records(deliver(manifest({ install })))).toEqual([
      {
        manifest: [],
        section: manifestKey.install,
        offset: expect.any(Number),
        component: 0,
        command: code.fetch,
        policy: 1,
        result: 'success',
        parameters: { uri },
      },
      {
        manifest: [],
        section: manifestKey.install,
        offset: expect.any(Number),
        component: 0,
        command: code.imageMatch,
        policy: 5,
        result: 'success',
        parameters: wanted,
        system: wanted,
      },
    ]);
  });

  it('make records of what fails, softly or not, with what was found instead', async () => {
    const branches = tryEach([reporting('imageMatch', 10)], [reporting('abort', 2)], null);
    const install = [branches, reporting('imageMatch', 2)];
    const found = await records(deliver(manifest({ install })));
    expect(found.map(({ command, result }) => [command, result])).toEqual([
      [code.imageMatch, 'image-mismatch'],
      [code.abort, 'abort'],
      [code.imageMatch, 'image-mismatch'],
    ]);
    const old = { imageDigest: sha256(oldImage), imageSize: 3n };
    expect(found[0]).toMatchObject({ parameters: wanted, system: old });
    expect(found[2]).not.toHaveProperty('system');
  });

  it('give the place of a command in its section in bytes, inside other commands too', async () => {
    const install = [
      set({ uri }),
      act('fetch'),
      reporting('imageMatch', 1),
      { kind: 'runSequence', commands: [reporting('imageMatch', 1)] } as const,
    ];
    const [first, nested] = await records(deliver(manifest({ install })));
    // [20, {21: uri}, 21, 0, 3, 1, 32, h'820301']: each head one byte, but two for the URI's and for 32
    const before = 1 + 1 + (1 + 1 + 2 + uri.length) + 2;
    expect(first?.offset).toBe(before);
    expect(nested?.offset).toBe(before + 2 + 2 + 1 + 1);
  });

  it('report once for each component of true and of an array, in their order', async () => {
    const two = recipient({ components: [component(0), component(1)] });
    const parts = (of: Command) =>
      records(deliver(twoComponents({ validate: [of, reporting('imageMatch', 1)] }), { recipient: two }));
    expect((await parts(index(true))).map((record) => record.component)).toEqual([0, 1]);
    expect((await parts(index([1, 0]))).map((record) => record.component)).toEqual([1, 0]);
  });

  it('name the ids and the slot that were found', async () => {
    const sharedSequence = [
      set({ vendorId, classId, componentSlot: 0n }),
      reporting('vendorIdentifier', 4),
      reporting('classIdentifier', 4),
      reporting('componentSlot', 4),
      set(wanted),
    ];
    const install = [set({ uri }), act('fetch'), act('imageMatch')];
    const { validate: _, invoke: __, ...rest } = manifest({ sharedSequence, install });
    const found = await records(deliver(rest));
    expect(found.map(({ section, system }) => [section, system])).toEqual([
      [manifestKey.common, { vendorId }],
      [manifestKey.common, { classId }],
      [manifestKey.common, { componentSlot: 0n }],
    ]);
  });

  it('say nothing of what is not there or not known', async () => {
    const bare = recipient({ components: [{ ...component(0, [{ kind: 'empty' }]), deviceIds: [] }] });
    const asked = (name: Name) => tryEach([reporting(name, 8)], null);
    const other = { algorithm: -18, bytes: new Uint8Array(32) };
    const systems = async (device: typeof bare, ...install: Command[]) =>
      (await records(deliver(manifest({ install }), { recipient: device }))).map(({ system }) => system);
    const noDevice = [set({ deviceId: vendorId }), asked('deviceIdentifier')];
    expect(await systems(bare, ...noDevice, asked('imageMatch'))).toEqual([{}, {}]);
    const held = recipient();
    expect(
      await systems(
        held,
        set({ imageDigest: { algorithm: -16, bytes: new Uint8Array(32) } }),
        asked('imageMatch'),
      ),
    ).toEqual([{ imageDigest: sha256(oldImage), imageSize: 3n }]);
    expect(await systems(held, set({ imageDigest: other }), asked('imageMatch'))).toHaveLength(1);
  });

  it('say of content known by its digest what is known, and give no record where none is wanted', async () => {
    const device = recipient({ components: [component(0, [{ kind: 'assumed', digest: sha256(image) }])] });
    const {
      install: _,
      invoke: __,
      ...booting
    } = manifest({
      sharedSequence: [...compatibility, set({ imageDigest: sha256(image) })],
      validate: [reporting('imageMatch', 4), reporting('vendorIdentifier', 10)],
    });
    const found = await records(deliver(booting, { event: 'boot', recipient: device }));
    expect(found.map(({ system }) => system)).toEqual([{ imageDigest: sha256(image) }]);
  });

  it('are kept up to the limit', async () => {
    const verifier = createVerifier({ limits: { records: 2 } });
    const each = [reporting('vendorIdentifier', 1), reporting('classIdentifier', 1)];
    const count = async (...validate: Command[]) =>
      (await records(deliver(manifest({ validate }), { verifier }))).length;
    const match = reporting('imageMatch', 1);
    expect([await count(match), await count(match, ...each.slice(1)), await count(match, ...each)]).toEqual([
      1, 2, 2,
    ]);
  });

  it('are hints: another engine keeps what it likes', async () => {
    const seen: CommandInformation[] = [];
    const verifier = createVerifier({
      ports: {
        report: (information) => {
          seen.push(information);
          return undefined;
        },
      },
    });
    const sharedSequence = [...compatibility, set(wanted)];
    const install = [set({ uri }), reporting('fetch', 2), reporting('imageMatch', 8)];
    expect(await records(deliver(manifest({ sharedSequence, install }), { verifier }))).toEqual([]);
    expect(seen.map(({ command, result }) => [command, result])).toEqual([
      [code.fetch, 'success'],
      [code.imageMatch, 'success'],
    ]);
    expect(seen[0]?.parameters()).toEqual({ uri });
  });
});
