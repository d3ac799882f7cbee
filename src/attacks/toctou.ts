/**
 * Attacks between a check and the use of what was checked (RFC 9124 §4.2.18, §4.3.21; draft §4.2, §6.3, §8.4.9.2).
 *
 * @module
 */
import fc from 'fast-check';
import { bstr, int, tstr } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import type { Payload } from '../device/delivery.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { commandCode as code } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { type Commands, command, componentItems, override, select, unread } from './command-items.ts';
import { onDevice } from './deliver.ts';
import { recipientIndices } from './device-change.ts';
import { mustReject, mustRejectUnauthentic } from './expectation.ts';
import { imageDigest } from './history.ts';
import { changedImage, changedManifest, changedSevered } from './toctou-buffer.ts';
import { doubleRead } from './toctou-read.ts';
import { selfOverwrite } from './toctou-store.ts';
import { inserted, twins } from './twin.ts';

const isToctou = { group: 'S', family: 'toctou' } as const;

/** One bit of the manifest changes in storage, after the update and before the boot. */
export const storedManifest: Attack<{ bit: number }> = {
  ...isToctou,
  id: 'toctou.stored',
  handle: 'S02',
  change: 'authenticated bytes of the stored envelope changed between update and boot',
  by: 'device',
  threats: ['THREAT.MFST.TOCTOU', 'THREAT.IMG.REPLACE'],
  violates: ['REQ.SEC.MFST.CONST', 'REQ.SEC.AUTH.EXEC'],
  expects: [
    mustRejectUnauthentic(['manifest-digest-mismatch'], manifest('4.2'), { prohibits: [{ kind: 'invoke' }] }),
  ],
  on: { features: ['boot-stored'] },
  choice: fc.record({ bit: fc.nat({ max: 9999 }) }),

  apply(scenario, { bit }) {
    const stored = before(scenario, 'boot');
    if (stored === undefined || stored.delivery.delivery.envelope !== undefined) return undefined;
    const body = write(scenario.release.manifest);
    return onDevice(
      scenario,
      (recipient) => {
        const { installed } = recipient;
        const start = installed === undefined ? -1 : Buffer.from(installed).indexOf(body);
        if (installed === undefined || start < 0) return undefined;
        const at = start + ((bit >> 3) % body.length);
        return { ...recipient, installed: installed.with(at, (installed[at] as number) ^ (1 << (bit & 7))) };
      },
      { event: 'boot' },
    );
  },
};

const elsewhere = 'https://vendor.example/rewrite';

type Rewriting = 'write' | 'fetch' | 'copy' | 'swap';

/** Commands that put other bytes into the component that is selected; undefined: nothing to take them from. */
function rewriting(scenario: Scenario, at: number, by: Rewriting, bytes: Uint8Array): Commands | undefined {
  if (by === 'write') return [...override({ content: bstr(bytes) }), ...command(code.write)];
  if (by === 'fetch') return [...override({ uri: tstr(elsewhere) }), ...command(code.fetch)];
  const source = sourceFor(scenario, at);
  if (source === undefined) return undefined;
  return [...override({ sourceComponent: int(source) }), ...command(by === 'copy' ? code.copy : code.swap)];
}

/** Another component of the manifest that, once all is installed, holds other bytes than the one at the index. */
function sourceFor(scenario: Scenario, at: number): number | undefined {
  const contents = before(scenario, 'update')?.delivery.after.contents ?? [];
  const own = recipientIndices(scenario);
  const held = own.map((i) => {
    const content = contents[i]?.[scenario.recipient.components[i]?.current ?? 0];
    return content?.kind === 'bytes' ? Buffer.from(content.bytes).toString('hex') : undefined;
  });
  const found = componentItems(scenario.release).findIndex(
    (_, i) => i !== at && held[i] !== undefined && held[i] !== held[at],
  );
  return found < 0 ? undefined : found;
}

/** A component that has matched its digest is written again; what it holds then does not match. */
export const rewritten: Attack<{ by: Rewriting }> = {
  ...isToctou,
  id: 'toctou.rewrite',
  handle: 'S16',
  change: 'later fetch, copy, swap or write changes a component already matched; its next match fails',
  by: 'author',
  threats: ['THREAT.IMG.REPLACE'],
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [mustReject(['image-mismatch', 'size-mismatch'], manifest('8.4.9.2'), { level: 'installed' })],
  on: { features: ['network', 'update', 'flat', 'multi-component'] },
  choice: fc.record({ by: fc.constantFrom<Rewriting>('write', 'fetch', 'copy', 'swap') }),

  apply(scenario, { by }) {
    const image = scenario.images.find(({ bytes }) => bytes !== undefined && bytes.length > 0);
    if (image?.bytes === undefined) return undefined;
    const { bytes, component } = image;
    const other = bytes.map((byte) => byte ^ 0xff);
    const rewrite = rewriting(scenario, component, by, other);
    if (rewrite === undefined) return undefined;
    const match = command(code.imageMatch);
    const digest = imageDigest(bytes, scenario.plan?.digest ?? -16);
    const matched = [...select(component), ...override({ imageDigest: digest }), ...match];
    const payload: Payload = { uri: elsewhere, kind: 'bytes', bytes: other };
    const payloads = [...(before(scenario, 'update')?.delivery.delivery.payloads ?? []), payload];
    return twins(scenario, {
      event: 'update',
      control: { release: (parts) => inserted(parts, { section: 'install', commands: matched }), payloads },
      attacked: {
        release: (parts) =>
          inserted(parts, { section: 'install', commands: [...matched, ...rewrite, ...unread, ...match] }),
        payloads,
      },
    });
  },
};

export const toctouAttacks: readonly AnyAttack[] = [
  storedManifest,
  rewritten,
  doubleRead,
  changedManifest,
  changedSevered,
  changedImage,
  selfOverwrite,
];
