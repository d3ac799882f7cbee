import { describe, expect, it } from 'vitest';
import type { Accepted, Decision, Effect } from '../device/decision.ts';
import { stateOf } from '../device/recipient.ts';
import { buildScenario } from '../scenarios/build.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import { controlOf, type Run } from '../scenarios/scenario.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Claims } from '../verifiers/verifier.ts';
import { judgeAttack, judgeControl } from './judge.ts';
import { sampleOne } from './scenario-pool.ts';

const scenario = buildScenario(sampleOne(arbitraryPlan({ event: 'update', features: ['network'] }), 4));
const control = controlOf(scenario, 'update') as Run;
const all = (await referenceVerifier().hello()) as Claims;
const number = control.steps[0]?.after?.sequenceNumber as bigint;

/** Claims no more than these, so that nothing else gives it away. */
const claims = (...reports: Claims['reports']): Claims => ({ ...all, reports });
const decisionOf = async (): Promise<Accepted> => {
  const session = await referenceVerifier().open(control.recipient);
  return (await session.deliver((control.steps[0] as Run['steps'][number]).delivery)) as Accepted;
};
const with_ = (effects: readonly Effect[]): Accepted => ({ kind: 'accepted', level: 'installed', effects });
const rule = (decision: Decision, of: Claims) => judgeControl(control, [decision], of);

describe('what a decision reports, held against it', () => {
  it('the reference’s own stands', async () => {
    expect(rule(await decisionOf(), all)).toMatchObject({ verdict: 'accepted' });
    expect(rule(await decisionOf(), claims('effects'))).toMatchObject({ verdict: 'accepted' });
  });

  it('accepted, and nothing was written', () => {
    const idle = with_([{ kind: 'authenticated' }, { kind: 'commit', sequenceNumber: number }]);
    expect(rule(idle, claims('effects'))).toMatchObject({
      verdict: 'failed',
      kind: 'accepted-without-effect',
    });
    // Of one that does not claim to report its effects nothing is known.
    expect(rule(idle, claims('stage'))).toMatchObject({ verdict: 'accepted' });
  });

  it('accepted without an effect on the state that it reports', () => {
    const said: Accepted = {
      kind: 'accepted',
      level: 'installed',
      state: { full: stateOf(control.recipient) },
    };
    expect(rule(said, claims('components'))).toMatchObject({ verdict: 'failed', kind: 'wrong-state' });
    expect(rule({ ...said, state: { sequenceNumber: 0n } }, claims('sequence'))).toMatchObject({
      kind: 'wrong-state',
    });
  });

  it('accepted, and never authenticated, or acted before it', () => {
    expect(
      rule({ ...with_([]), level: 'authenticated' }, { ...claims('effects'), levels: ['authenticated'] }),
    ).toMatchObject({
      kind: 'contradiction',
    });
    expect(
      rule(with_([{ kind: 'write', component: 0 }, { kind: 'authenticated' }]), claims('effects')),
    ).toMatchObject({
      kind: 'early-effect',
    });
  });

  it('committed another number than it says is installed', () => {
    const effects: Effect[] = [
      { kind: 'authenticated' },
      { kind: 'write', component: 0 },
      { kind: 'commit', sequenceNumber: number + 1n },
    ];
    const decision: Accepted = { ...with_(effects), state: { sequenceNumber: number } };
    expect(rule(decision, claims('effects', 'sequence'))).toMatchObject({ kind: 'contradiction' });
  });

  it('rejected, and committed all the same', () => {
    const held = control.recipient.sequenceNumber ?? 0n;
    const recipient = { ...control.recipient, sequenceNumber: held };
    const run: Run = { recipient, steps: control.steps.map((step) => ({ ...step, must: 'judged' })) };
    const rejected: Decision = {
      kind: 'rejected',
      stage: 'authenticate',
      reason: 'sig-invalid',
      effects: [{ kind: 'authenticated' }, { kind: 'commit', sequenceNumber: held }],
      state: { sequenceNumber: held },
    };
    const expectation = {
      strength: 'must-reject',
      clause: { doc: 'manifest', section: '6.2' },
      stage: 'authenticate',
    } as const;
    expect(judgeAttack(run, [rejected], expectation, claims('effects', 'sequence'))).toMatchObject({
      kind: 'contradiction',
    });
  });
});
