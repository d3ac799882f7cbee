import { describe, expect, it } from 'vitest';
import { array, bool, bstr, type Item, int, nil, tstr, wrapped } from '../../cbor/item.ts';
import type { Decision } from '../../device/decision.ts';
import type { Command } from '../../suit/model.ts';
import { commandCode } from '../../suit/registry.ts';
import {
  act,
  bytes,
  capabilities,
  compatibility,
  component,
  deliver,
  image,
  index,
  manifest,
  oldImage,
  recipient,
  runSequence,
  set,
  sha256,
  tryEach,
  twoComponents,
  uri,
  vendorId,
} from './fixtures/trial.ts';

const pair = recipient({ components: [component(0), component(1)] });
const soft = set({ softFailure: true });
const hard = set({ softFailure: false });
const write: Command = act('write');
const content = set({ content: image });
const fails = act('abort');
const passes = act('vendorIdentifier');

/** An update whose install section, before its usual commands, has these. */
function installing(...commands: readonly Command[]): Promise<Decision> {
  const usual = manifest().install as readonly Command[];
  return deliver(manifest({ install: [...commands, ...usual] }));
}

/** As above with two components, each section beginning with an index. */
function onPair(...commands: readonly Command[]): Promise<Decision> {
  return deliver(twoComponents({ install: [index(0), ...commands] }), { recipient: pair });
}

function raw(code: number, argument: Item): Command {
  return { kind: 'unknown', code, argument };
}

function writes(decision: Decision): unknown[] {
  return (decision.effects ?? []).flatMap((e) => (e.kind === 'write' ? [e.component] : []));
}

const getBoth = [index(true), set({ uri }), act('fetch'), act('imageMatch')];

describe('component index', () => {
  it.each<[string, Item]>([
    ['index-range', int(2)],
    ['index-range', int(2n ** 32n)],
    ['index-range', int(2n ** 64n - 1n)],
    ['index-range', array(int(0), int(2))],
    ['index-type', int(-1)],
    ['index-type', bool(false)],
    ['index-type', nil],
    ['index-type', tstr('0')],
    ['index-type', array()],
    ['index-type', array(array(int(0)))],
    ['index-type', array(bool(true))],
    ['index-type', array(int(0), int(0))],
  ])('%s', async (reason, argument) => {
    expect(await onPair(raw(commandCode.setComponentIndex, argument), ...getBoth)).toMatchObject({ reason });
  });

  it('an array applies commands in its own order', async () => {
    expect(writes(await onPair(index([1, 0]), content, write, ...getBoth))).toEqual([1, 0, 0, 1]);
  });

  it('a nested sequence runs once for each component, and its index ends with it', async () => {
    const run = runSequence(index(0), set({ content: image }), write);
    expect(writes(await onPair(index([1, 0]), content, run, write, ...getBoth))).toEqual([0, 0, 1, 0, 0, 1]);
  });

  it('a parameter belongs to one component', async () => {
    const decision = await onPair(index(0), content, index(1), write);
    expect(decision).toMatchObject({ kind: 'rejected', reason: 'param-missing' });
  });

  it('a condition under true fails if it fails for one component', async () => {
    const mixed = recipient({ components: [component(0, [bytes(image)]), component(1)] });
    const decision = await deliver(twoComponents({ install: [index(true), act('imageMatch')] }), {
      recipient: mixed,
    });
    expect(decision).toMatchObject({ kind: 'rejected', reason: 'image-mismatch' });
  });
});

describe('unknown and missing', () => {
  it.each<[string, Command]>([
    ['command-unsupported', raw(99, int(0))],
    ['command-unsupported', raw(19, int(0))],
    ['command-unsupported', raw(-300, nil)],
    ['command-malformed', raw(commandCode.fetch, int(16))],
    ['command-malformed', raw(commandCode.fetch, nil)],
    ['command-malformed', raw(commandCode.overrideParameters, int(0))],
    ['command-malformed', raw(commandCode.runSequence, int(0))],
    ['command-malformed', raw(commandCode.tryEach, int(0))],
    ['command-malformed', raw(commandCode.tryEach, array(nil))],
    ['command-malformed', raw(commandCode.tryEach, array(nil, bstr(Uint8Array.of(0x80))))],
    ['try-exhausted', raw(commandCode.tryEach, array())],
    ['param-unsupported', set({ custom: [[-1, int(0)]] })],
    ['param-unsupported', set({ custom: [[99, int(0)]] })],
    ['command-malformed', set({})],
    ['param-type', set({ custom: [[21, int(0)]] })],
    ['param-type', set({ vendorId: vendorId.subarray(1) })],
    ['param-type', set({ vendorId: { pen: Uint8Array.of(0x80, 0x01) } })],
    ['digest-malformed', set({ imageDigest: { algorithm: -16, bytes: image } })],
    ['command-forbidden', act('invoke')],
  ])('%s', async (reason, command) => {
    const decision = await installing(command);
    expect(decision).toMatchObject({ kind: 'rejected', reason });
    expect(writes(decision)).toEqual([]);
  });

  it('a custom command and parameter that the recipient has are accepted, outside the shared sequence', async () => {
    const able = {
      ...capabilities,
      commands: [...capabilities.commands, -300],
      parameters: [...capabilities.parameters, -5],
    };
    const device = recipient({ capabilities: able });
    const custom = [set({ custom: [[-5, int(0)]] }), raw(-300, nil)];
    const usual = manifest();
    const inInstall = manifest({ install: [...custom, ...(usual.install as readonly Command[])] });
    expect(await deliver(inInstall, { recipient: device })).toMatchObject({ kind: 'accepted' });
    for (const command of custom) {
      const inShared = manifest({
        sharedSequence: [...(usual.sharedSequence as readonly Command[]), command],
      });
      expect(await deliver(inShared, { recipient: device })).toMatchObject({ reason: 'command-forbidden' });
    }
  });

  it('a registered command or parameter that the recipient lacks is refused', async () => {
    const commands = capabilities.commands.filter((code) => code !== commandCode.fetch);
    const parameters = capabilities.parameters.filter((key) => key !== 21);
    for (const [lacking, reason] of [
      [{ ...capabilities, commands }, 'command-unsupported'],
      [{ ...capabilities, parameters }, 'param-unsupported'],
    ] as const) {
      expect(await deliver(manifest(), { recipient: recipient({ capabilities: lacking }) })).toMatchObject({
        reason,
      });
    }
  });
});

describe('the shared sequence', () => {
  const shared = manifest().sharedSequence as readonly Command[];

  it.each<[string, string, readonly Command[]]>([
    ['has no effects', 'command-forbidden', [...shared, content, write]],
    [
      'has no effects in a try-each either',
      'command-forbidden',
      [...shared, content, tryEach([write], null)],
    ],
    ['checks the vendor', 'vendor-mismatch', [set({ imageDigest: sha256(image) })]],
    ['checks the class', 'class-mismatch', [set({ vendorId }), act('vendorIdentifier')]],
  ])('%s', async (_name, reason, sharedSequence) => {
    expect(await deliver(manifest({ sharedSequence }))).toMatchObject({
      kind: 'rejected',
      reason,
      effects: [{}],
    });
  });

  it('runs again before each section', async () => {
    const other = set({ imageDigest: sha256(Uint8Array.of(9)), imageSize: 1n });
    const install = [...(manifest().install as readonly Command[]), other];
    expect(await deliver(manifest({ install }))).toMatchObject({ kind: 'accepted' });
    expect(await deliver(manifest({ install, validate: [other, act('imageMatch')] }))).toMatchObject({
      reason: 'image-mismatch',
    });
  });

  it('is run even where there is no section', async () => {
    const bare = { version: 1n, sequenceNumber: 6n, components: [[Uint8Array.of(0)]] };
    expect(await deliver({ ...bare, sharedSequence: compatibility })).toMatchObject({ kind: 'accepted' });
    const foreign = [set({ vendorId: image.subarray(0, 16) }), ...compatibility.slice(1)];
    expect(await deliver({ ...bare, sharedSequence: foreign })).toMatchObject({ reason: 'vendor-mismatch' });
  });
});

describe('try-each', () => {
  it.each<[string, string | undefined, Command]>([
    ['takes the first branch that passes', undefined, tryEach([passes], [fails])],
    ['goes on after a failed condition', undefined, tryEach([fails], [passes])],
    ['goes on after a condition without its parameter', undefined, tryEach([act('componentSlot')], [passes])],
    ['passes with nil at the end', undefined, tryEach([fails], null)],
    ['fails when exhausted', 'try-exhausted', tryEach([fails], [fails])],
    ['aborts at a failed directive', 'param-missing', tryEach([write], [passes])],
    [
      'aborts at a failed directive in a soft run',
      'param-missing',
      tryEach([runSequence(soft, write)], [passes]),
    ],
    ['fails where soft-failure is false', 'abort', tryEach([hard, fails], [passes])],
  ])('%s', async (_name, reason, command) => {
    const decision = await installing(command);
    expect(decision).toMatchObject(
      reason === undefined ? { kind: 'accepted' } : { kind: 'rejected', reason },
    );
  });

  it('runs no branch after the one that passed', async () => {
    expect(writes(await installing(content, tryEach([fails], [write], [write])))).toEqual([0, 0]);
  });

  it('takes a branch for each component of an index', async () => {
    const mixed = recipient({ components: [component(0, [bytes(image)]), component(1)] });
    const fill = tryEach([act('imageMatch')], [set({ uri }), act('fetch'), act('imageMatch')]);
    const decision = await deliver(twoComponents({ install: [index(true), fill] }), { recipient: mixed });
    expect(decision.kind).toBe('accepted');
    expect(writes(decision)).toEqual([1]);
  });
});

describe('run-sequence and soft failure', () => {
  it.each<[string, string | undefined, readonly Command[]]>([
    ['is hard by default', 'abort', [runSequence(fails)]],
    ['halts softly', undefined, [runSequence(soft, fails)]],
    ['fails with a directive although soft', 'param-missing', [runSequence(soft, write)]],
    [
      'keeps its flag after an inner try-each',
      undefined,
      [runSequence(soft, tryEach([hard, passes], null), fails)],
    ],
    ['does not hand its flag down', 'param-missing', [runSequence(soft, runSequence(write))]],
    ['leaves no soft flag behind', 'abort', [runSequence(soft, passes), fails]],
    ['may not be softened at top level', 'param-forbidden', [soft]],
    ['may not be hardened at top level', 'param-forbidden', [hard]],
  ])('%s', async (_name, reason, commands) => {
    const decision = await installing(...commands);
    expect(decision).toMatchObject(
      reason === undefined ? { kind: 'accepted' } : { kind: 'rejected', reason },
    );
  });

  it('does nothing after the condition that failed softly', async () => {
    expect(writes(await installing(content, runSequence(soft, fails, write)))).toEqual([0]);
  });

  it('the flag is no component’s', async () => {
    const run = runSequence(index(0), soft, index(1), fails);
    expect(await onPair(run, ...getBoth)).toMatchObject({ kind: 'accepted' });
  });
});

describe('strict order', () => {
  const free = set({ strictOrder: false });

  it.each<[string, string | undefined, readonly Command[]]>([
    ['a run of its own index', undefined, [free, runSequence(index(1), passes)]],
    ['a run without an index', 'order-violation', [free, runSequence(passes)]],
    ['a further index', 'order-violation', [free, runSequence(index(1), passes, index(0))]],
    [
      'a further index deeper down',
      'order-violation',
      [free, runSequence(index(1), tryEach([index(0)], null))],
    ],
    ['any index under an array', 'order-violation', [free, index([0, 1]), runSequence(index(0), passes)]],
    ['order restored', undefined, [free, set({ strictOrder: true }), runSequence(passes)]],
    ['a new section', undefined, []],
  ])('%s', async (_name, reason, commands) => {
    const decision = await onPair(...commands, ...getBoth);
    expect(decision).toMatchObject(
      reason === undefined ? { kind: 'accepted' } : { kind: 'rejected', reason },
    );
  });

  it('a component that is both read and written while order is free is refused', async () => {
    const setSources = [index(0), set({ sourceComponent: 1n }), index(1), set({ sourceComponent: 0n })];
    const both = (...first: Command[]) =>
      onPair(...setSources, ...first, index([0, 1]), act('copy'), ...getBoth);
    expect(await both()).toMatchObject({ kind: 'accepted' });
    expect(await both(free)).toMatchObject({ reason: 'order-violation' });
  });

  it('so is one that one parallel sequence writes and another reads, unless a barrier stands between them', async () => {
    const writes = runSequence(index(0), set({ content: image }), act('write'));
    const copies = runSequence(index(1), set({ sourceComponent: 0n }), act('copy'), act('imageMatch'));
    const both = (...lanes: Command[]) =>
      onPair(index(0), free, ...lanes, set({ strictOrder: true }), ...getBoth);
    for (const barrier of [index(0), set({ componentSlot: 0n }), free]) {
      expect(await both(writes, barrier, copies)).toMatchObject({ kind: 'accepted' });
    }
    const raced = { kind: 'rejected', reason: 'order-violation', stage: 'procedure' };
    expect(await both(writes, copies)).toMatchObject(raced);
    // The reader first, and one that writes what a plain command reads.
    const [copy, write] = [runSequence(index(1), set({ sourceComponent: 0n }), act('copy')), writes];
    expect(await both(copy, write)).toMatchObject(raced);
    // Two writers of one component, and a sequence that reads what it wrote itself, race with nobody.
    expect(await both(writes, writes)).toMatchObject({ kind: 'accepted' });
    const own = [index(0), set({ content: image }), act('write'), set({ sourceComponent: 1n }), act('copy')];
    expect(await both(runSequence(...own.slice(0, 3)))).toMatchObject({ kind: 'accepted' });
    // A rejection keeps nothing of what was written.
    const decision = await both(writes, copies);
    expect(decision.state?.full?.contents.flat()).toEqual([bytes(oldImage), bytes(oldImage)]);
  });
});

describe('a branch', () => {
  it.each([
    ['false', bool(false)],
    ['22', int(22)],
  ])('is no %s in the place of nil', async (_what, item) => {
    const passing = wrapped(array(int(1), int(15)));
    const decision = await installing(raw(commandCode.tryEach, array(passing, item)));
    expect(decision).toMatchObject({ kind: 'rejected', reason: 'command-malformed' });
  });
});

describe('budgets', () => {
  const nested = (depth: number): Command => (depth === 0 ? passes : runSequence(nested(depth - 1)));

  it('nesting ends', async () => {
    expect(await installing(nested(16))).toMatchObject({ kind: 'accepted' });
    expect(await installing(nested(17))).toMatchObject({ kind: 'rejected', reason: 'limit-depth' });
  });

  it('that of branches too', async () => {
    const branches = (depth: number): Command => (depth === 0 ? passes : tryEach([branches(depth - 1)]));
    expect(await installing(branches(17))).toMatchObject({ kind: 'rejected', reason: 'limit-depth' });
  });

  it('so do loops over loops', async () => {
    const components = Array.from({ length: 8 }, (_, i) => component(i));
    let loop: Command = passes;
    for (let i = 0; i < 10; i++) loop = runSequence(index(true), loop);
    const all = twoComponents({
      components: components.map(({ identifier }) => identifier),
      install: [index(true), loop, ...getBoth],
    });
    const decision = await deliver(all, { recipient: recipient({ components }) });
    expect(decision).toMatchObject({ kind: 'rejected', stage: 'resource', reason: 'limit-steps' });
  });
});
