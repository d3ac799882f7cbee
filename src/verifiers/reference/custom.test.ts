import { describe, expect, it } from 'vitest';
import { bstr, type Item, int, nil } from '../../cbor/item.ts';
import type { Decision } from '../../device/decision.ts';
import type { CustomCommand } from '../../device/recipient.ts';
import type { Command } from '../../suit/model.ts';
import {
  bytes,
  capabilities,
  component,
  deliver,
  image,
  manifest,
  recipient,
  set,
} from './fixtures/trial.ts';

const [code, parameter] = [-300, -400];
const wanted = Uint8Array.of(7, 7, 7);
const check: CustomCommand = { code, parameter, does: 'check', bytes: wanted };
const store: CustomCommand = { code, parameter, does: 'store' };

/** A boot whose validate section has the private command, after the usual check. */
function boot(custom: readonly CustomCommand[], commands: readonly Command[]): Decision | Promise<Decision> {
  const device = recipient({
    components: [component(0, [bytes(image)])],
    capabilities: {
      ...capabilities,
      commands: [...capabilities.commands, code],
      parameters: [...capabilities.parameters, parameter, -401],
      custom,
    },
  });
  const usual = manifest();
  const { install: _, invoke: __, ...booting } = usual;
  const validate = [...(usual.validate as readonly Command[]), ...commands];
  return deliver({ ...booting, validate }, { event: 'boot', recipient: device });
}

const run: Command = { kind: 'custom', code, argument: int(0) };
const given = (value: Item): Command => set({ custom: [[parameter, value]] });

describe('private commands', () => {
  it.each<[string, readonly Command[]]>([
    ['accepted', [given(bstr(wanted)), run]],
    ['accepted', [given(bstr(Uint8Array.of(1))), given(bstr(wanted)), run]],
    ['accepted', [given(bstr(wanted)), set({ custom: [[-401, nil]] }), run]],
    ['condition-failed', [given(bstr(Uint8Array.of(7, 7, 8))), run]],
    ['condition-failed', [given(bstr(Uint8Array.of(7, 7))), run]],
    ['param-missing', [run]],
    ['param-missing', [given(int(7)), run]],
  ])('a condition ends with %s', async (ending, commands) => {
    const decision = await boot([check], commands);
    expect(decision.kind === 'accepted' ? 'accepted' : decision.reason).toBe(ending);
  });

  it('a condition without bytes of its own wants the empty string', async () => {
    const { bytes: _, ...bare } = check;
    expect(await boot([bare], [given(bstr(new Uint8Array(0))), run])).toMatchObject({ kind: 'accepted' });
    expect(await boot([bare], [given(bstr(wanted)), run])).toMatchObject({ reason: 'condition-failed' });
  });

  it('a failed condition is soft where conditions are', async () => {
    const branches = [[given(bstr(Uint8Array.of(1))), run], [set({ imageSize: BigInt(image.length) })]];
    expect(await boot([check], [{ kind: 'tryEach', branches }])).toMatchObject({ kind: 'accepted' });
  });

  it('a directive writes its parameter, and its failure is never soft', async () => {
    const held = await boot([store], [given(bstr(wanted)), run]);
    expect(held).toMatchObject({ kind: 'accepted', effects: [{}, { kind: 'write', component: 0 }] });
    expect(held.state?.full?.contents[0]).toEqual([{ kind: 'bytes', bytes: wanted }]);
    const branches = [[run], [set({ imageSize: 1n })]];
    expect(await boot([store], [{ kind: 'tryEach', branches }])).toMatchObject({ reason: 'param-missing' });
    const long = bstr(new Uint8Array(2000));
    expect(await boot([store], [given(long), run])).toMatchObject({ reason: 'limit-size' });
  });

  it('a command without a meaning does nothing', async () => {
    expect(await boot([], [run])).toMatchObject({ kind: 'accepted' });
  });
});
