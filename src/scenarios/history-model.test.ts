import { describe, expect, it } from 'vitest';
import { mixedHistory } from '../attacks/histories.ts';
import { planArbitrary, sampleOne } from '../harness/scenario-pool.ts';
import { partsOf } from '../suit/parts.ts';
import { buildScenario } from './build.ts';
import { HistoryModel } from './history-model.ts';
import type { Plan } from './plan.ts';
import { plannedReleases } from './release-book.ts';
import type { Scenario } from './scenario.ts';

/** Plain: one image from the network, one key. */
function plain(change: Partial<Plan> = {}): Scenario {
  const drawn = sampleOne(planArbitrary(mixedHistory), 11);
  const [image] = drawn.images;
  return buildScenario({
    ...drawn,
    sequence: { installed: '10', offered: '11' },
    images: [{ ...(image as Plan['images'][0]), by: 'network', staged: 'no', loaded: false }],
    authentication: { ...drawn.authentication, second: 'none', bothSign: false, policy: 'any' },
    ids: { ...drawn.ids, device: false },
    severed: [],
    ...change,
  });
}

const scenario = plain();
const told = (tell: (model: HistoryModel) => void, of = scenario, faults = true) => {
  const book = plannedReleases(of);
  if (book === undefined) throw new Error('no book');
  const model = new HistoryModel(of, book, faults);
  tell(model);
  return model.steps;
};
const numbers = (tell: (model: HistoryModel) => void) => told(tell).map(({ after }) => after?.sequenceNumber);

describe('the model of a history', () => {
  it('gives each release a number above the last, and images of its own', () => {
    const steps = told((model) => {
      model.update(1n);
      model.update(5n);
    });
    expect(steps.map(({ after }) => after?.sequenceNumber)).toEqual([11n, 16n]);
    expect(steps[0]?.after?.contents).not.toEqual(steps[1]?.after?.contents);
    expect(steps.every(({ delivery }) => partsOf(delivery.envelope as Uint8Array).ok)).toBe(true);
  });

  it('wants an older release refused for its number, whatever a power cut left', () => {
    const steps = told((model) => {
      model.update(1n, { step: 2, when: 'torn' });
      model.older(1n);
    });
    expect(steps[0]?.alsoAfter).toBeUndefined();
    expect(steps[1]).toMatchObject({
      must: 'reject',
      refusal: { reasons: expect.arrayContaining(['sequence-rollback']) },
    });
    const read = partsOf(steps[1]?.delivery.envelope as Uint8Array);
    expect(
      read.ok && JSON.stringify(read.parts.manifest, (_, v) => (typeof v === 'bigint' ? `${v}` : v)),
    ).toContain('"9"');
  });

  it('lets a delivery after a cut leave what either state comes to', () => {
    const steps = told((model) => {
      model.update(1n, { step: 2, when: 'before' });
      model.boot();
      model.update(1n);
    });
    expect([steps[1]?.after, ...(steps[1]?.alsoAfter ?? [])].map((s) => s?.sequenceNumber)).toEqual([
      11n,
      10n,
    ]);
    expect(steps[2]?.after?.sequenceNumber).toBe(12n);
  });

  it('is open to the same number again, and wants it where it was never installed', () => {
    const musts = (tell: (model: HistoryModel) => void) => told(tell).map(({ must }) => must);
    expect(
      musts((model) => {
        model.update(1n);
        model.again();
      }),
    ).toEqual(['accept', 'either']);
    expect(
      musts((model) => {
        model.starve(1n);
        model.boot();
        model.again();
        model.boot();
      }),
    ).toEqual(['reject', 'either', 'accept', 'accept']);
  });

  it('trusts the new key after a rotation, and nobody after a revocation', () => {
    const steps = told((model) => {
      model.rotate();
      model.forge(1n);
      model.update(1n);
      model.revoke();
      model.update(1n);
      model.again();
      model.older(1n);
      model.rotate();
      model.update(1n);
    });
    expect(steps.map(({ must }) => must)).toEqual([
      'reject',
      'accept',
      'reject',
      'reject',
      'reject',
      'accept',
    ]);
    expect(steps[0]?.on?.anchors).not.toEqual(scenario.recipient.anchors);
    expect(steps[2]?.on?.anchors).toEqual([]);
    expect(steps[5]?.on?.anchors).toEqual(scenario.recipient.anchors);
    // What was refused in between has moved nothing.
    expect(steps[5]?.on?.sequenceNumber).toBe(11n);
  });

  it('sends a release to another device, and goes on with the first as it was', () => {
    const visit = (of: Scenario) =>
      told((model) => {
        model.visit();
        model.update(1n);
        model.visit();
        model.update(1n);
      }, of);
    const open = visit(scenario);
    expect(open.map(({ must }) => must)).toEqual(['accept', 'accept', 'accept']);
    expect(open[1]?.on?.sequenceNumber).toBe(10n);
    expect(open[2]?.on?.sequenceNumber).toBe(11n);
    const named = visit(plain({ ids: { ...(scenario.plan as Plan).ids, device: true } }));
    expect(named[1]).toMatchObject({ must: 'reject', refusal: { reasons: ['device-mismatch'] } });
  });

  it('changes the set-up only where it knows the state', () => {
    const steps = told((model) => {
      model.update(1n, { step: 1, when: 'after' });
      expect([model.rotate(), model.setClock(1n)]).toEqual([false, false]);
      model.revoke();
      model.visit();
    });
    expect(steps).toHaveLength(1);
  });

  it('tells a twin without anything hostile', () => {
    const twin = told(
      (model) => {
        model.update(1n, { step: 1, when: 'after' });
        model.again();
        model.older(1n);
        model.forge(1n);
        model.starve(1n);
        model.visit();
        model.revoke();
        model.rotate();
        model.boot();
        model.update(1n);
        model.boot();
        model.repeat();
      },
      scenario,
      false,
    );
    expect(twin.map(({ delivery }) => delivery.event)).toEqual(['update', 'update', 'boot']);
    expect(twin.every(({ must, delivery }) => must === 'accept' && delivery.powerCut === undefined)).toBe(
      true,
    );
    // The release that was starved is issued all the same.
    expect(twin[1]?.after?.sequenceNumber).toBe(13n);
  });

  it('stays within 64 bits', () => {
    expect(
      numbers((model) => {
        model.update(2n ** 64n);
        model.update(1n);
      }),
    ).toEqual([11n]);
    const top = plain({ sequence: { installed: String(2n ** 64n - 2n), offered: String(2n ** 64n - 1n) } });
    const steps = told((model) => {
      model.update(1n);
      model.forge(1n);
      model.update(1n);
      expect(model.here()).toBeUndefined();
    }, top);
    expect(steps).toHaveLength(1);
  });

  it('has no meaning on a plan without an earlier release', () => {
    const { earlier: _none, ...rest } = scenario.plan as Plan;
    expect(plannedReleases(buildScenario(rest))).toBeUndefined();
    const { plan: _plan, ...given } = scenario;
    expect(plannedReleases(given)).toBeUndefined();
  });
});
