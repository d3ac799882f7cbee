import { describe, expect, it } from 'vitest';
import { sampleOne } from '../harness/scenario-pool.ts';
import { buildScenario } from '../scenarios/build.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import { before } from '../scenarios/scenario.ts';
import { setSequenceNumber } from '../suit/edit.ts';
import { encode, seal } from '../suit/parts.ts';
import { afterDelivering, reissue } from './deliver.ts';

describe('the state after an attacked update', () => {
  const scenario = buildScenario(sampleOne(arbitraryPlan({ event: 'update' }), 1));
  const { delivery, after } = before(scenario, 'update')?.delivery ?? {};

  it('has the number of the release that was made, and the envelope delivered', () => {
    const made = reissue(scenario, (parts) => setSequenceNumber(parts, 77n), { event: 'update' });
    const [judged] = made?.attacked.steps ?? [];
    expect(judged?.after?.sequenceNumber).toBe(77n);
    expect(judged?.after?.installed).toEqual(judged?.delivery.envelope);
  });

  it('is the same whether the number is taken from the parts or read from their bytes', () => {
    const parts = seal(setSequenceNumber(scenario.release, 78n), scenario.signers);
    if (delivery === undefined || after === undefined) throw new Error('the scenario has no update');
    const changed = { ...delivery, envelope: encode(parts) };
    const read = afterDelivering(after, changed);
    expect(read.sequenceNumber).toBe(78n);
    expect(afterDelivering(after, changed, parts)).toEqual(read);
  });

  it('keeps the number where what was delivered cannot be read', () => {
    if (delivery === undefined || after === undefined) throw new Error('the scenario has no update');
    const left = afterDelivering(after, { ...delivery, envelope: Uint8Array.of(0xff) });
    expect(left.sequenceNumber).toBe(after.sequenceNumber);
    expect(left.installed).toEqual(Uint8Array.of(0xff));
  });
});
