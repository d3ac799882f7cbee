/**
 * Applicability asked again at boot (draft §4.2, §8.4.9.1).
 *
 * @module
 */
import fc from 'fast-check';
import type { Component } from '../device/recipient.ts';
import { manifest } from '../suit/clause.ts';
import type { Attack } from './attack.ts';
import { onDevice } from './deliver.ts';
import { mustReject } from './expectation.ts';

const prohibits = [{ kind: 'invoke' }] as const;

const mismatches = {
  class: mustReject(['class-mismatch', 'vendor-mismatch', 'device-mismatch'], manifest('4.2'), { prohibits }),
  vendor: mustReject(['vendor-mismatch', 'class-mismatch', 'device-mismatch'], manifest('4.2'), {
    prohibits,
  }),
} as const;

/** The storage is in another device now: everything is in place, and the ids are others. */
export const recheckAtBoot: Attack<{ which: keyof typeof mismatches }> = {
  id: 'app.boot.recheck',
  handle: 'H16',
  group: 'H',
  family: 'applicability',
  change: 'ids no longer fit at boot (storage moved to another device); ⊘ invoke',
  by: 'device',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
  violates: ['REQ.SEC.COMPATIBLE', 'REQ.SEC.AUTH.COMPATIBILITY'],
  expects: [mismatches.class, mismatches.vendor],
  on: { features: ['boot'] },
  choice: fc.record({ which: fc.constantFrom('class', 'vendor') }),

  apply: (scenario, { which }) =>
    onDevice(
      scenario,
      (recipient) => ({ ...recipient, components: recipient.components.map((one) => moved(one, which)) }),
      { event: 'boot', expect: mismatches[which] },
    ),
};

function moved(component: Component, which: keyof typeof mismatches): Component {
  const others = (ids: readonly Uint8Array[]) => ids.map((id) => id.map((byte) => byte ^ 0xff));
  if (which === 'class') return { ...component, classIds: others(component.classIds) };
  const { vendorIds, pens } = component;
  return { ...component, vendorIds: others(vendorIds), ...(pens && { pens: others(pens) }) };
}
