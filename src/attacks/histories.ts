/**
 * Histories: several deliveries to one device, hostile ones among them, each with what must come of it. The twin is
 * the same history without the hostile ones.
 *
 * @module
 */
import fc from 'fast-check';
import { extrasOf } from '../device/delivery.ts';
import { givenReleases } from '../scenarios/given-releases.ts';
import { HistoryModel } from '../scenarios/history-model.ts';
import { plannedReleases } from '../scenarios/release-book.ts';
import type { Needs, Run, RunStep, Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { isBefore } from '../suit/stage.ts';
import type { AnyAttack, Attack, Attacked, Expectation } from './attack.ts';
import { catalogue } from './catalogue.ts';
import { mustAccept, mustReject } from './expectation.ts';
import { type Happening, happenings } from './history-steps.ts';

const hostile = mustReject(['sequence-rollback', 'key-unknown', 'sig-invalid'], manifest('6.2'));
const survives = mustAccept(manifest('6.3.1'));

/** Attacks that may leave the device as it was. */
const usable: readonly string[] = catalogue
  .filter(({ expects, on }) => expects.some(isEarly) && on?.event !== 'boot')
  .map(({ id }) => id);

/** Deliveries of every kind, the device's set-up changed between them. */
export const mixedHistory: Attack<readonly Happening[]> = {
  ...historyOf('history.mixed', false),
  change:
    'a history of up to 8 updates, boots, replays, forgeries, attacked releases and changes of the device',
};

/** The same kinds of delivery, and the power fails in some. */
export const powerHistory: Attack<readonly Happening[]> = {
  ...historyOf('history.power-cut', true),
  change: 'a history of up to 8 updates, boots, replays and forgeries, the power cut at any step of some',
};

export const historyAttacks: readonly AnyAttack[] = [mixedHistory, powerHistory];

function historyOf(id: string, cuts: boolean): Omit<Attack<readonly Happening[]>, 'change'> {
  return {
    id,
    handle: id,
    group: 'F',
    family: 'replay',
    by: ['author', 'outsider', 'untrusted-key', 'network', 'device'],
    threats: ['THREAT.IMG.EXPIRED', 'THREAT.IMG.NON_AUTH'],
    violates: ['REQ.SEC.SEQUENCE', 'REQ.SEC.AUTHENTIC'],
    expects: [hostile, survives],
    on: { features: ['earlier'] },
    choice: happenings(usable, { cuts }),
    apply: tell,
  };
}

function tell(scenario: Scenario, choice: readonly Happening[]): Attacked | undefined {
  const book = plannedReleases(scenario) ?? givenReleases(scenario);
  if (book === undefined) return undefined;
  const model = new HistoryModel(scenario, book, true);
  const needs: Pick<Needs, 'commands' | 'parameters'>[] = [];
  // What has no meaning in the history is left out of its twin too.
  const told = choice.filter((one) => happen(model, one, needs));
  if (model.steps.length === 0) return undefined;
  const twin = new HistoryModel(scenario, book, false);
  for (const one of told) happen(twin, one, []);
  // That it lives is all that such a twin shows.
  if (twin.steps.length === 0 && !twin.boot()) twin.update(1n);
  if (twin.steps.length === 0) return undefined;
  const { recipient } = scenario;
  const control: Run = { recipient, steps: twin.steps };
  const isHostile = model.steps.some((step) => step.must === 'reject');
  return {
    control,
    attacked: { recipient, steps: model.steps },
    expect: isHostile ? hostile : survives,
    needs: {
      commands: needs.flatMap((one) => one.commands),
      parameters: needs.flatMap((one) => one.parameters),
    },
  };
}

/** false: it cannot be, here. */
function happen(
  model: HistoryModel,
  one: Happening,
  needs: Pick<Needs, 'commands' | 'parameters'>[],
): boolean {
  switch (one.do) {
    case 'update':
      model.update(BigInt(one.gap), one.cut);
      return true;
    case 'boot':
      return model.boot(one.cut);
    case 'again':
      model.again();
      return true;
    case 'older':
      model.older(BigInt(one.back));
      return true;
    case 'forged':
      model.forge(BigInt(one.ahead));
      return true;
    case 'starved':
      return model.starve(BigInt(one.gap));
    case 'repeat':
      model.repeat();
      return true;
    case 'rotate':
      return model.rotate();
    case 'revoke':
      model.revoke();
      return true;
    case 'visit':
      model.visit();
      return true;
    case 'clock':
      return model.setClock(BigInt(one.now));
    case 'attacked': {
      const made = attackedHere(model, one.attack, one.draw);
      if (made?.needs) needs.push(made.needs);
      if (made) model.refuse(made.step);
      return made !== undefined;
    }
  }
}

interface Hostile {
  readonly step: RunStep;
  readonly needs?: Pick<Needs, 'commands' | 'parameters'>;
}

/** The judged delivery of an attack on the next release, where it must be refused before anything is executed. */
function attackedHere(model: HistoryModel, id: string, seed: number): Hostile | undefined {
  const scenario = model.here();
  const attack = catalogue.find((one) => one.id === id);
  if (scenario === undefined || attack === undefined) return undefined;
  const [choice] = fc.sample(attack.choice as fc.Arbitrary<unknown>, { seed, numRuns: 1 });
  const made = attack.apply(scenario, choice);
  if (made === undefined || made.attacked.recipient !== scenario.recipient) return undefined;
  const [judged, ...more] = made.attacked.steps;
  const expect = made.expect ?? attack.expects[0];
  if (judged === undefined || more.length > 0 || judged.delivery.event !== 'update') return undefined;
  // What only some verifiers honour would keep the others from the whole history.
  if (!isEarly(expect) || extrasOf(judged.delivery).length > 0) return undefined;
  const { stage, reasons, lateDetection, level } = expect;
  const refusal = {
    fault: attack.id,
    family: attack.family,
    stage,
    reasons,
    ...(lateDetection && { lateDetection }),
    ...(level && { level }),
  };
  return { step: { ...judged, must: 'reject', refusal }, ...(made.needs && { needs: made.needs }) };
}

type Early = Expectation & Required<Pick<Expectation, 'stage' | 'reasons'>>;

function isEarly(expect: Expectation): expect is Early {
  const { strength, stage, reasons = [] } = expect;
  return (
    strength === 'must-reject' && stage !== undefined && reasons.length > 0 && isBefore(stage, 'components')
  );
}
