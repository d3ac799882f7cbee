import { describe, expect, it } from 'vitest';
import { bstr, type Item, nil } from '../../cbor/item.ts';
import type { CustomCommand } from '../../device/recipient.ts';
import type { Command } from '../../suit/model.ts';
import {
  answerTo,
  classes,
  condition,
  deliver,
  device,
  index,
  manifest,
  override,
  pair,
  recipient,
  run,
  tryEach,
  vendor,
} from './fixtures/device.ts';

const slot = (n: bigint): Command[] => [override({ componentSlot: n }), condition('componentSlot')];

function expectAnswers(
  cases: readonly (readonly [what: string, commands: Command[], answer: string])[],
): void {
  for (const [what, commands, answer] of cases) {
    expect([what, answerTo(manifest(commands))]).toEqual([what, answer]);
  }
}

describe('try-each and run-sequence', () => {
  const fails = condition('abort');
  const soft = (softFailure: boolean) => override({ softFailure });

  it('take the first branch that succeeds, and fail if none does', () => {
    expectAnswers([
      ['first', [tryEach(slot(0n), slot(1n))], 'accepted'],
      ['last', [tryEach(slot(1n), slot(2n), slot(0n))], 'accepted'],
      ['none', [tryEach(slot(1n), slot(2n))], 'try-exhausted'],
      ['nil', [tryEach(slot(1n), null)], 'accepted'],
      [
        'a parameter is missing in the first',
        [tryEach([condition('deviceIdentifier')], slot(0n))],
        'accepted',
      ],
      ['what the branch set stays', [tryEach(slot(0n), [fails]), condition('componentSlot')], 'accepted'],
      [
        'the second is not run',
        [tryEach(slot(0n), [override({ componentSlot: 1n })]), condition('componentSlot')],
        'accepted',
      ],
    ]);
  });

  it('keep soft-failure to the sequence it is set in', () => {
    expectAnswers([
      ['hard in a branch', [tryEach([soft(false), fails], slot(0n))], 'abort'],
      ['run fails hard', [run(fails)], 'abort'],
      ['run fails softly', [run(soft(true), fails, ...slot(1n))], 'accepted'],
      ['a run that fails is a failed condition around it', [run(soft(true), run(fails))], 'accepted'],
      ['so is a branch that fails hard', [tryEach([tryEach([soft(false), fails])], slot(0n))], 'accepted'],
      ['and a try-each that is exhausted', [tryEach([tryEach(slot(1n))], slot(0n))], 'accepted'],
      ['up to the top', [run(tryEach([run(fails)]))], 'try-exhausted'],
      ['not inherited', [run(soft(true), run(fails, ...slot(1n))), ...slot(1n)], 'slot-mismatch'],
      ['restored', [run(soft(true), tryEach([soft(false), ...slot(0n)], null), fails)], 'accepted'],
      ['over when the try-each is', [tryEach(slot(0n), null), fails], 'abort'],
      ['not at the top', [soft(true)], 'param-forbidden'],
    ]);
  });

  it('are run once for each selected component, with its index alone', () => {
    const ids = [index(1), override({ vendorId: vendor, classId: classes[1] })];
    const perClass = tryEach(
      [override({ classId: classes[0] }), condition('classIdentifier')],
      [override({ classId: classes[1] }), condition('classIdentifier')],
    );
    const onlyFirst = tryEach([override({ classId: classes[0] }), condition('classIdentifier')], [fails]);
    expect(answerTo(pair([...ids, index(true), perClass, condition('classIdentifier')]))).toBe('accepted');
    expect(answerTo(pair([...ids, index(true), onlyFirst]))).toBe('try-exhausted');
    // The pass for component 1 starts at its own index, whatever the first one set, and so does what follows.
    const moves = run(override({ classId: classes[0] }), index(0), condition('classIdentifier'));
    expect(answerTo(pair([...ids, index([1, 0]), moves]))).toBe('accepted');
    expect(answerTo(pair([...ids, index([1, 0]), moves, condition('classIdentifier')]))).toBe(
      'class-mismatch',
    );
  });

  it('end within the step limit, however they multiply', () => {
    let nested: Command = run(condition('vendorIdentifier'));
    for (let depth = 0; depth < 6; depth++) nested = run(index(true), nested, nested);
    const ids = [index(1), override({ vendorId: vendor, classId: classes[1] })];
    expect(answerTo(pair([...ids, index(true), nested, nested]))).toBe('limit-steps');
  });

  it('nest as deep as the bench’s limit, in room taken from the arena and given back', () => {
    const nest = (depth: number): Command =>
      depth === 0 ? condition('vendorIdentifier') : run(nest(depth - 1));
    const flat = deliver(manifest()).cost!.highWaterBytes!;
    const deep = deliver(manifest([nest(10)]));
    expect(deep.kind).toBe('accepted');
    expect(deep.cost!.highWaterBytes).toBeGreaterThan(flat);
    const twice = deliver(manifest([nest(10), nest(10)]));
    expect(twice.cost!.highWaterBytes).toBe(deep.cost!.highWaterBytes);
    expect(answerTo(manifest([nest(40)]))).toBe('limit-depth');
    expect(answerTo(manifest([nest(10)]), { arenaBytes: deep.cost!.highWaterBytes! - 4 })).toBe(
      'limit-memory',
    );
  });
});

describe('strict order', () => {
  const free = override({ strictOrder: false });
  const holds = condition('vendorIdentifier');
  const ids = [index(1), override({ vendorId: vendor, classId: classes[1] })];

  it('lets a sequence that may run beside others set its index once, first, and never again', () => {
    const answers = (...commands: Command[]) => answerTo(pair([...ids, index(0), ...commands]));
    expect(answers(free, run(index(1), holds))).toBe('accepted');
    expect(answers(free, run(holds))).toBe('order-violation');
    expect(answers(free, run())).toBe('accepted');
    expect(answers(free, run(index(1), holds, index(0)))).toBe('order-violation');
    expect(answers(free, run(index(1), tryEach([index(0)], null)))).toBe('order-violation');
    expect(answers(free, run(index(1), run(holds, run(index(0)))))).toBe('order-violation');
    expect(answers(free, index(true), run(holds))).toBe('accepted');
    expect(answers(free, index([0, 1]), run(index(0), holds))).toBe('order-violation');
    expect(answers(free, override({ strictOrder: true }), run(holds, index(0)))).toBe('accepted');
  });

  it('is strict inside such a sequence, and free again after it, however it ended', () => {
    const answers = (...commands: Command[]) => answerTo(pair([...ids, index(0), free, ...commands]));
    expect(answers(run(index(1), run(holds)))).toBe('accepted');
    expect(answers(run(index(1), holds), run(holds))).toBe('order-violation');
    const halted = run(index(1), override({ softFailure: true }), condition('abort'));
    expect(answers(halted, run(holds))).toBe('order-violation');
    const failed = tryEach([run(index(1), condition('abort'))], [run(holds)]);
    expect(answers(failed)).toBe('order-violation');
  });

  it('is the default of each procedure’s section', () => {
    const given = pair(ids, { validate: [index(0), run(holds)] });
    expect(answerTo({ ...given, install: [index(0), free] })).toBe('accepted');
  });
});

describe('commands and parameters that the recipient lacks', () => {
  const lacking = (commands: readonly number[], parameters: readonly number[]) => ({
    ...recipient,
    capabilities: { ...recipient.capabilities, commands, parameters },
  });
  const custom: Command = { kind: 'custom', code: -300, argument: nil };

  it('are refused where they are met, and only there', () => {
    const to = lacking([1, 2, 12, 15, 20], [1, 2]);
    const meet = (...validate: Command[]) => answerTo(manifest([], { validate }), { to });
    expect(meet(condition('abort'))).toBe('command-unsupported');
    expect(meet(custom)).toBe('command-unsupported');
    expect(meet(tryEach([condition('abort')], null))).toBe('command-unsupported');
    expect(meet(tryEach([], [condition('abort'), custom]))).toBe('accepted');
    expect(meet(override({ deviceId: device }))).toBe('param-unsupported');
    expect(meet(override({ custom: [[-300, nil]] }))).toBe('param-unsupported');
    expect(meet(override({ custom: [[99, nil]] }))).toBe('param-unsupported');
    expect(meet(tryEach([], [override({ deviceId: device })]))).toBe('accepted');
    expect(answerTo(manifest([], { load: [condition('abort')] }), { to })).toBe('accepted');
  });

  it('have no effect here where the recipient has custom ones', () => {
    const to = lacking([1, 2, 20, -300], [1, 2, -300]);
    const both = [override({ custom: [[-300, nil]] }), custom];
    expect(answerTo(manifest([], { validate: both }), { to })).toBe('accepted');
    for (const one of both) expect(answerTo(manifest([one]), { to })).toBe('command-forbidden');
  });

  it('do what the recipient’s configuration says: check or store their parameter', () => {
    const wanted = Uint8Array.of(7, 7);
    const give = (value: Item) => override({ custom: [[-400, value]] });
    const end = (does: CustomCommand['does'], ...validate: Command[]) => {
      const { capabilities } = lacking([1, 2, 15, 20, -300], [1, 2, -400]);
      const own: CustomCommand = { code: -300, parameter: -400, does, bytes: wanted };
      const to = { ...recipient, capabilities: { ...capabilities, custom: [own] } };
      const decision = deliver(manifest([], { validate }), { to });
      const [slot] = decision.state!.full!.contents[0]!;
      const held = slot?.kind === 'bytes' ? slot.bytes.length : 0;
      return [decision.kind === 'accepted' ? 'accepted' : decision.reason, held];
    };
    expect(end('check', give(bstr(wanted)), custom)).toEqual(['accepted', 3]);
    expect(end('check', give(bstr(Uint8Array.of(7))), custom)).toEqual(['condition-failed', 3]);
    expect(end('check', tryEach([give(bstr(Uint8Array.of(7, 8))), custom], null))).toEqual(['accepted', 3]);
    expect(end('check', custom)).toEqual(['param-missing', 3]);
    expect(end('check', give(nil), custom)).toEqual(['param-missing', 3]);
    expect(end('store', give(bstr(wanted)), custom)).toEqual(['accepted', 2]);
    expect(end('store', give(bstr(new Uint8Array(65))), custom)).toEqual(['limit-size', 3]);
    expect(end('store', tryEach([custom], null))).toEqual(['param-missing', 3]);
  });
});
