import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../cbor/hex.ts';
import { compareKeys } from '../cbor/order.ts';
import type { Section } from '../suit/edit.ts';
import { type Command, isSevered, type Parameters } from '../suit/model.ts';
import { encode } from '../suit/parts.ts';
import { readEnvelope } from '../suit/read.ts';
import { commandCode as code, commands as registry } from '../suit/registry.ts';
import { buildScenario } from './build.ts';
import { familyDraws } from './family-draws.ts';
import { familyRows, notDrawn } from './family-rows.ts';
import { codeOf, commandsOf, everyCommand, manifestOf, placedCommands } from './fixtures/read-scenario.ts';
import type { Plan } from './plan.ts';
import { arbitraryPlan } from './plan-arbitrary.ts';
import { publishedExamples, publishedNames } from './published.ts';
import type { Scenario } from './scenario.ts';

const draw = (family: string, numRuns: number): readonly Scenario[] =>
  fc.sample(arbitraryPlan({ family }), { seed: 3, numRuns }).map(buildScenario);

const codes = (scenario: Scenario) => placedCommands(scenario).map(({ command }) => codeOf(command));
const set = (scenario: Scenario): Parameters[] =>
  placedCommands(scenario).flatMap(({ command }) =>
    command.kind === 'overrideParameters' ? [command.parameters] : [],
  );
const sets = (scenario: Scenario, name: keyof Parameters) =>
  set(scenario).some((one) => one[name] !== undefined);
const all = (scenario: Scenario): Command[] => placedCommands(scenario).map(({ command }) => command);
const indices = (scenario: Scenario) =>
  all(scenario).flatMap((command) => (command.kind === 'setComponentIndex' ? [command.index] : []));
const tries = (scenario: Scenario) =>
  all(scenario).flatMap((command) => (command.kind === 'tryEach' ? [command.branches] : []));
const runs = (scenario: Scenario) =>
  all(scenario).flatMap((command) => (command.kind === 'runSequence' ? [command.commands] : []));
const integrated = ({ release }: Scenario) =>
  release.members.flatMap(([key]) => (key.kind === 'tstr' ? [new TextDecoder().decode(key.bytes)] : []));
const memberKeys = ({ release }: Scenario) =>
  release.members.flatMap(([key]) => (key.kind === 'uint' ? [Number(key.value)] : []));
const manifestKeys = ({ release }: Scenario) =>
  release.manifest.entries.flatMap(([key]) => (key.kind === 'uint' ? [Number(key.value)] : []));
const events = ({ deliveries }: Scenario) => deliveries.map(({ delivery }) => delivery.event);

/** What every scenario of a family shows in its envelope, and what a sample of them shows among them. */
const traits: Readonly<
  Record<
    string,
    {
      readonly every?: (scenario: Scenario) => boolean;
      /** Labels found in one scenario; all those listed are seen in the sample. */
      readonly labels?: (scenario: Scenario) => readonly string[];
      readonly seen?: readonly string[];
    }
  >
> = {
  'valid.mixed': {
    every: (one) => manifestOf(one).components.length <= 8,
    labels: (one) => [`components ${manifestOf(one).components.length}`, ...events(one)],
    seen: [...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `components ${n}`), 'update', 'boot'],
  },
  'valid.example.published': {
    every: (one) => publishedExamples().some(({ envelope }) => equalBytes(envelope, encode(one.release))),
    labels: (one) => [
      ...publishedExamples().flatMap((example) =>
        equalBytes(example.envelope, encode(one.release)) ? [example.name] : [],
      ),
      ...events(one),
    ],
    seen: [...publishedNames, 'update', 'boot'],
  },
  'valid.envelope.minimal': {
    every: (one) => [1, 2, 3].every((key) => manifestKeys(one).includes(key)),
    labels: (one) => [manifestKeys(one).slice(3).join()],
    seen: ['', '4', '7', '8', '9', '16', '20', '23', '4,7,8,9,16,20,23'],
  },
  'valid.envelope.order': {
    every: ({ release }) =>
      release.members.length > 0 &&
      release.members.every(([key], i) => i === 0 || compareKeys(release.members[i - 1]![0], key) < 0),
    labels: (one) => [memberKeys(one).length > 0 && integrated(one).length > 1 ? 'both kinds' : ''],
    seen: ['both kinds'],
  },
  'valid.sequence.number': {
    labels: (one) => [
      one.recipient.sequenceNumber === undefined ? 'fresh' : '',
      one.recipient.sequenceNumber === manifestOf(one).sequenceNumber ? 'equal' : '',
      String(manifestOf(one).sequenceNumber),
    ],
    seen: [
      'fresh',
      'equal',
      '0',
      '1700000000',
      ...[32n, 63n].map((n) => String(2n ** n)),
      String(2n ** 64n - 1n),
    ],
  },
  'valid.reference.uri': {
    every: (one) => manifestOf(one).referenceUri !== undefined,
    labels: (one) => [
      /^[a-z]+:/.test(manifestOf(one).referenceUri!) ? 'absolute' : 'relative',
      manifestOf(one).referenceUri!.length > 1000 ? 'long' : '',
    ],
    seen: ['absolute', 'relative', 'long'],
  },
  'valid.text.maps': {
    every: (one) => textOf(one).length > 0,
    labels: (one) => [
      `languages ${textOf(one).length}`,
      ...textOf(one).flatMap(({ texts, components }) => [
        ...texts.map(([key]) => `key ${key}`),
        ...components.flatMap((component) => component.texts.map(([key]) => `component ${key}`)),
      ]),
    ],
    seen: [
      ...[1, 2, 3, 4, 5].map((n) => `languages ${n}`),
      ...[1, 2, 3, 4, -300].map((n) => `key ${n}`),
      ...[1, 2, 3, 4, 5, 6, -70000].map((n) => `component ${n}`),
    ],
  },
  'valid.text.places': {
    labels: (one) => {
      const { text } = manifestOf(one);
      if (text === undefined) return ['absent'];
      if (!isSevered(text)) return ['inline'];
      return [memberKeys(one).includes(23) ? 'severed' : 'gone'];
    },
    seen: ['absent', 'inline', 'severed', 'gone'],
  },
  'valid.common.forms': {
    every: (one) => manifestOf(one).sharedSequence !== undefined,
    labels: (one) => [
      sharedSets(one, 'imageDigest') ? 'more' : 'alone',
      manifestOf(one).components.length > 1 ? 'several' : 'one',
    ],
    seen: ['more', 'alone', 'several', 'one'],
  },
  'valid.component.ids': {
    every: (one) =>
      new Set(manifestOf(one).components.map((id) => id.map(toHex).join())).size ===
      manifestOf(one).components.length,
    labels: (one) => {
      const [first, next] = manifestOf(one).components;
      const isPrefix = next && toHex(next[0]!) === toHex(first![0]!) && next.length > first!.length;
      return [`parts ${first!.length}`, isPrefix ? 'prefix' : '', first!.map(toHex).join()];
    },
    seen: ['parts 1', 'parts 2', 'parts 8', 'prefix', '00'],
  },
  'valid.sections': {
    every: (one) => {
      const keys = manifestKeys(one);
      return !(keys.includes(8) || keys.includes(9)) || keys.includes(7);
    },
    labels: (one) => [
      manifestKeys(one)
        .filter((key) => [7, 8, 9, 16, 20].includes(key))
        .join(),
      ...events(one),
    ],
    seen: [
      '',
      '7',
      '16',
      '20',
      '7,8',
      '7,9',
      '7,8,9',
      '16,20',
      '7,16',
      '7,20',
      '7,8,9,16,20',
      'update',
      'boot',
    ],
  },
  'valid.severed': {
    every: (one) => isSeveredIn(one, 'install') || isSeveredIn(one, 'payloadFetch'),
    labels: (one) => [...events(one), memberKeys(one).includes(20) ? 'present' : 'gone'],
    seen: ['update', 'boot', 'present', 'gone'],
  },
  'valid.policy': {
    labels: (one) =>
      all(one).flatMap((command) => ('policy' in command ? [`${command.code} ${command.policy}`] : [])),
    seen: registry
      .filter(({ argument, code: own }) => argument === 'policy' && own !== code.abort && own !== code.swap)
      .flatMap(({ code: own }) => [...Array(16).keys()].map((policy) => `${own} ${policy}`)),
  },
  'valid.cond.ids': {
    every: (one) => codes(one).includes(code.vendorIdentifier) && codes(one).includes(code.classIdentifier),
    labels: (one) => [
      ...set(one).flatMap(({ vendorId }) =>
        vendorId === undefined
          ? []
          : vendorId instanceof Uint8Array
            ? [`version ${vendorId[6]! >> 4}`]
            : ['pen'],
      ),
      codes(one).includes(code.deviceIdentifier) ? 'device' : '',
      one.recipient.components[0]!.classIds.length > 1 ? 'several' : '',
    ],
    seen: ['pen', 'version 3', 'version 4', 'version 5', 'device', 'several'],
  },
  'valid.cond.image': {
    every: (one) => codes(one).includes(code.imageMatch),
    labels: (one) =>
      set(one).flatMap((p) => (p.imageDigest ? [p.imageSize === undefined ? 'alone' : 'sized'] : [])),
    seen: ['alone', 'sized'],
  },
  'valid.cond.content': {
    every: (one) => codes(one).includes(code.checkContent),
    labels: (one) =>
      set(one).flatMap(({ content }) => (content ? [content.length === 0 ? 'empty' : 'filled'] : [])),
    seen: ['empty', 'filled'],
  },
  'valid.cond.slot': {
    every: (one) => codes(one).includes(code.componentSlot),
    labels: (one) =>
      set(one).flatMap((p) => (p.componentSlot === undefined ? [] : [String(p.componentSlot)])),
    seen: ['0', '1', '7'],
  },
  'valid.cond.abort': {
    every: (one) => codes(one).includes(code.abort),
    labels: (one) => [
      ...tries(one).flatMap((branches) => branches.map((branch) => (hasAbort(branch) ? 'try-each' : ''))),
      ...runs(one).map((commands) => (hasAbort(commands) ? 'run-sequence' : '')),
    ],
    seen: ['try-each', 'run-sequence'],
  },
  'valid.index.int': {
    every: (one) =>
      manifestOf(one).components.length === 1
        ? indices(one).length === 0
        : indices(one).some((index) => typeof index === 'number'),
    labels: (one) => [indices(one).length === 0 ? 'omitted' : 'integer'],
    seen: ['omitted', 'integer'],
  },
  'valid.index.array': {
    every: (one) =>
      one.recipient.components.length >= 3 && indices(one).some((index) => Array.isArray(index)),
    labels: (one) =>
      indices(one).flatMap((index) =>
        Array.isArray(index)
          ? [index.every((n, i) => i === 0 || index[i - 1] < n) ? 'ascending' : 'other']
          : [],
      ),
    seen: ['ascending', 'other'],
  },
  'valid.index.true': {
    every: (one) => manifestOf(one).components.length >= 2 && indices(one).includes(true),
  },
  'valid.try.each': {
    every: (one) => tries(one).length > 0,
    labels: (one) => [
      ...tries(one).flatMap((branches) => [
        `branches ${branches.length}`,
        branches.at(-1) === null ? 'nil' : '',
        branches.some((branch) => branch?.some(({ kind }) => kind === 'tryEach')) ? 'nested' : '',
      ]),
      ...placedCommands(one).map(({ command }, i, list) => {
        const before = list[i - 1]?.command;
        return command.kind === 'tryEach' &&
          before?.kind === 'setComponentIndex' &&
          Array.isArray(before.index)
          ? 'apart'
          : '';
      }),
    ],
    seen: ['branches 2', 'branches 3', 'branches 5', 'nil', 'nested', 'apart'],
  },
  'valid.override': {
    every: (one) => set(one).length > 1,
    labels: (one) => set(one).flatMap((parameters) => Object.keys(parameters)),
    seen: [
      ...['vendorId', 'classId', 'deviceId', 'imageDigest', 'imageSize', 'componentSlot', 'content', 'uri'],
      ...['sourceComponent', 'invokeArguments', 'fetchArguments'],
    ],
  },
  'valid.fetch': {
    every: (one) => codes(one).includes(code.fetch),
    labels: (one) =>
      set(one).flatMap(({ uri, fetchArguments }) => [
        uri?.split(':')[0] ?? '',
        fetchArguments === undefined ? '' : 'arguments',
      ]),
    seen: ['http', 'https', 'coap', 'coaps', 'arguments'],
  },
  'valid.fetch.integrated': {
    every: (one) => integrated(one).length > 0,
    labels: (one) => {
      const asked = set(one).flatMap(({ uri }) => uri ?? []);
      return integrated(one).flatMap((key) => [
        key.startsWith('#') ? 'fragment' : 'absolute',
        asked.includes(key) ? 'used' : 'unused',
      ]);
    },
    seen: ['fragment', 'absolute', 'used', 'unused'],
  },
  'valid.copy': {
    every: (one) => codes(one).includes(code.copy),
    labels: (one) => placedCommands(one).flatMap((p) => (codeOf(p.command) === code.copy ? [p.section] : [])),
    seen: ['install', 'load'],
  },
  'valid.swap': { every: (one) => codes(one).includes(code.swap) },
  'valid.write': { every: (one) => codes(one).includes(code.write) },
  'valid.invoke': {
    every: (one) => codes(one).includes(code.invoke) && events(one).includes('boot'),
    labels: (one) => [
      `${one.deliveries.at(-1)!.invokes.length} invoked`,
      sets(one, 'invokeArguments') ? 'arguments' : 'none',
    ],
    seen: ['1 invoked', '2 invoked', '3 invoked', 'arguments', 'none'],
  },
  'valid.run.sequence': {
    every: (one) => runs(one).length > 0,
    labels: (one) => [
      sets(one, 'softFailure') ? 'soft' : 'hard',
      runs(one).some((list) => list.some(({ kind }) => kind === 'runSequence')) ? 'nested' : 'plain',
    ],
    seen: ['soft', 'hard', 'nested', 'plain'],
  },
  'valid.strict.order': {
    every: (one) => {
      const order = set(one).flatMap(({ strictOrder }) => strictOrder ?? []);
      return order.includes(false) && order.at(-1) === true;
    },
    labels: (one) => [runs(one).length > 0 ? 'runs' : 'plain'],
    seen: ['runs', 'plain'],
  },
  'valid.acl.models': {
    every: ({ recipient }) => recipient.anchors.every(({ rights }) => rights !== undefined),
    labels: ({ recipient }) =>
      recipient.anchors.flatMap(({ rights = [] }, i) =>
        rights.map(({ commands }) => (commands ? 'listed' : i > 0 ? 'shared' : 'component')),
      ),
    seen: ['listed', 'shared', 'component'],
  },
  'valid.custom': {
    every: (one) =>
      all(one).some(({ kind }) => kind === 'custom') &&
      codes(one).every((own) => one.recipient.capabilities.commands.includes(own)) &&
      !everyCommand(commandsOf(one.release, 'shared') ?? []).some(({ kind }) => kind === 'custom'),
    labels: (one) => (one.recipient.capabilities.custom ?? []).map(({ does }) => does),
    seen: ['check', 'store'],
  },
  'valid.commands.all': {
    labels: (one) => placedCommands(one).map(({ section, command }) => `${section} ${codeOf(command)}`),
    seen: legalPlaces(),
  },
  'valid.params.all': {
    labels: (one) => [
      ...set(one).flatMap((p) => [
        (p.uri?.length ?? 0) > 2000 ? 'uri' : '',
        p.content?.length === 1024 ? 'content' : '',
        p.imageSize === 4096n ? 'size' : '',
        p.componentSlot === 7n ? 'slot' : '',
        p.fetchArguments?.length === 512 ? 'fetch arguments' : '',
        p.invokeArguments?.length === 512 ? 'invoke arguments' : '',
        p.invokeArguments?.length === 0 ? 'no invoke arguments' : '',
      ]),
    ],
    seen: ['uri', 'content', 'size', 'slot', 'fetch arguments', 'invoke arguments', 'no invoke arguments'],
  },
  'valid.template.ab': {
    every: (one) => tries(one).length > 0 && sets(one, 'componentSlot'),
    labels: (one) => [...events(one), ...one.recipient.components.map(({ current }) => `slot ${current}`)],
    seen: ['update', 'boot', 'slot 0', 'slot 1'],
  },
  'valid.template.load': {
    every: (one) => [7, 8, 9, 16, 20].every((key) => manifestKeys(one).includes(key)),
  },
};

/** Where there is more to see than 120 scenarios show. */
const samples: Readonly<Record<string, number>> = {
  'valid.commands.all': 1000,
  'valid.policy': 500,
  'valid.sections': 300,
};

describe('the valid families', () => {
  it.each(Object.keys(familyDraws).map((id) => [id]))('%s shows its trait in the envelope', (id) => {
    const trait = traits[id];
    if (trait === undefined) throw new Error(`no trait is known of ${id}`);
    const sample = draw(id, samples[id] ?? 120);
    for (const one of sample) expect(trait.every?.(one) ?? true).toBe(true);
    const found = new Set(sample.flatMap((one) => trait.labels?.(one) ?? []));
    expect((trait.seen ?? []).filter((label) => !found.has(label))).toEqual([]);
  });

  it('are those of the working list, each once and with a clause', () => {
    const known = new Set(familyRows.map(({ id }) => id));
    expect(Object.keys(familyDraws).filter((id) => !known.has(id))).toEqual([]);
    expect(known.size).toBe(64);
    expect(familyRows.map(({ handle }) => handle)).toEqual(
      Array.from({ length: 64 }, (_, i) => `V${String(i).padStart(2, '0')}`),
    );
    for (const row of familyRows) expect(row.clauses.length).toBeGreaterThan(0);
    const base = familyRows.filter(({ handle }) => handle >= 'V13' && handle <= 'V44');
    expect(base.filter((row) => notDrawn(row) !== undefined)).toEqual([]);
    const ofExtensions = familyRows.filter(({ handle }) => handle >= 'V48' && handle !== 'V54');
    expect(ofExtensions.every((row) => notDrawn(row))).toBe(true);
  });

  it('draw JSON-safe plans that give the same envelope after a round trip', () => {
    const families = Object.keys(familyDraws).map((id) => arbitraryPlan({ family: id }));
    fc.assert(
      fc.property(fc.oneof(...families), (plan) => {
        const copy = JSON.parse(JSON.stringify(plan)) as Plan;
        expect(copy).toStrictEqual(plan);
        expect(encode(buildScenario(copy).release)).toEqual(encode(buildScenario(plan).release));
      }),
      { numRuns: 60 },
    );
  });

  it('shrink to a plan with one small exercise', () => {
    const found = fc.check(
      fc.property(arbitraryPlan({ family: 'valid.mixed' }), (plan) =>
        (plan.exercises ?? []).every(({ kind }) => kind !== 'write'),
      ),
      { seed: 4, numRuns: 400 },
    );
    const [plan] = found.counterexample as [Plan];
    expect(plan.exercises).toEqual([{ kind: 'write', section: 'install', size: 1 }]);
    expect(plan).toMatchObject({ deliveries: 'update', otherComponents: 0, severed: [] });
    expect(plan.images.length).toBe(1);
  });
});

function textOf(scenario: Scenario) {
  const { text } = manifestOf(scenario);
  if (text === undefined) return [];
  if (!isSevered(text)) return text;
  const envelope = readEnvelope(encode(scenario.release));
  return (envelope.ok && envelope.envelope.severed.text) || [];
}

function sharedSets(scenario: Scenario, name: keyof Parameters): boolean {
  return everyCommand(commandsOf(scenario.release, 'shared') ?? []).some(
    (command) => command.kind === 'overrideParameters' && command.parameters[name] !== undefined,
  );
}

function isSeveredIn(scenario: Scenario, name: 'install' | 'payloadFetch'): boolean {
  const element = manifestOf(scenario)[name];
  return element !== undefined && isSevered(element);
}

function hasAbort(commands: readonly Command[] | null): boolean {
  return commands?.some((command) => codeOf(command) === code.abort) ?? false;
}

/** Every code in each section where it may stand: effects never in the shared sequence, invoke in its own only. */
function legalPlaces(): string[] {
  const sections: Section[] = ['shared', 'validate', 'load', 'invoke', 'payloadFetch', 'install'];
  const effects: readonly number[] = [code.write, code.fetch, code.copy, code.swap];
  return registry.flatMap(({ code: own }) =>
    sections
      .filter((section) =>
        own === code.invoke ? section === 'invoke' : !effects.includes(own) || section !== 'shared',
      )
      .map((section) => `${section} ${own}`),
  );
}
