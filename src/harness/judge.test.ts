import { describe, expect, it } from 'vitest';
import type { Expectation } from '../attacks/attack.ts';
import { requiredLevel } from '../attacks/expectation.ts';
import type { Accepted, Effect } from '../device/decision.ts';
import type { Outcome } from '../device/outcome.ts';
import type { Component, Recipient } from '../device/recipient.ts';
import { stateOf } from '../device/recipient.ts';
import type { Run, RunStep } from '../scenarios/scenario.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Claims } from '../verifiers/verifier.ts';
import { judgeAttack, judgeControl } from './judge.ts';

const claims: Claims = await referenceVerifier().hello();

const image = { kind: 'bytes', bytes: Uint8Array.of(1, 2, 3) } as const;
const component: Component = {
  identifier: [Uint8Array.of(0)],
  vendorIds: [],
  classIds: [],
  deviceIds: [],
  capacity: 16,
  storage: 'variable',
  current: 1,
  slots: [image, { kind: 'empty' }],
};
const recipient: Recipient = {
  anchors: [],
  policy: { kind: 'any' },
  components: [component],
  sequenceNumber: 4n,
  clock: { kind: 'none' },
  capabilities: { commands: [], parameters: [], digests: [], schemes: [] },
  deviceClass: 1,
};
const before = stateOf(recipient);
const after = { ...before, sequenceNumber: 5n, contents: [[image, image]] };

const step: RunStep = {
  delivery: { event: 'update', envelope: Uint8Array.of(0xa0), payloads: [] },
  must: 'judged',
  after,
  level: 'installed',
  invokes: [],
};
const run: Run = { recipient, steps: [step] };
const control: Run = { recipient, steps: [{ ...step, must: 'accept' }] };

const authenticated: Effect = { kind: 'authenticated' };
const accepted: Accepted = {
  kind: 'accepted',
  level: 'installed',
  state: { sequenceNumber: 5n, full: after },
  effects: [authenticated, { kind: 'write', component: 0 }],
};
const { state: _told, ...stateless } = accepted;
const refused: Outcome = {
  kind: 'rejected',
  stage: 'sequence',
  reason: 'sequence-rollback',
  state: { sequenceNumber: 4n, full: before },
};
const clause = { doc: 'manifest', section: '8.4.2' } as const;
const mustReject: Expectation = {
  strength: 'must-reject',
  stage: 'sequence',
  reasons: ['sequence-rollback'],
  clause,
};

const verdictOf = (outcomes: readonly Outcome[], expectation = mustReject, own = claims): string => {
  const { verdict, kind } = judgeAttack(run, outcomes, expectation, own);
  return kind === undefined ? verdict : `${verdict}: ${kind}`;
};
const controlOf = (outcome: Outcome, own = claims): string => {
  const { verdict, kind } = judgeControl(control, [outcome], own);
  return kind === undefined ? verdict : `${verdict}: ${kind}`;
};

describe('a must-reject', () => {
  it.each<[string, Outcome, string]>([
    ['with a listed reason', refused, 'proven'],
    ['at a later stage', { ...refused, stage: 'payload', reason: 'image-mismatch' }, 'proven'],
    ['at an earlier stage', { ...refused, stage: 'decode', reason: 'not-well-formed' }, 'masked'],
    ['for lack of room', { ...refused, stage: 'resource', reason: 'limit-memory' }, 'masked'],
    [
      'without stage and reason',
      { kind: 'rejected', state: { sequenceNumber: 4n, full: before } },
      'unattributed',
    ],
    ['accepted', accepted, 'failed: accepted-invalid'],
    ['accepted at a level that does not decide', { ...accepted, level: 'authenticated' }, 'inconclusive'],
    ['crashed', { kind: 'crashed', error: 'x' }, 'failed: crashed'],
    ['not run', { kind: 'crashed', error: 'x', notRun: true }, 'inconclusive'],
    ['hung', { kind: 'hung', afterMs: 1 }, 'failed: hung'],
    ['out of memory', { kind: 'exhausted', ceilingBytes: 1 }, 'failed: exhausted'],
    ['garbled', { kind: 'protocol-error', error: 'x' }, 'failed: protocol-error'],
    ['of a named feature that is missing', { kind: 'unsupported', feature: 'x' }, 'skipped'],
    ['that moved the number', { ...refused, state: { sequenceNumber: 5n } }, 'failed: state-changed'],
    [
      'that changed a slot before execution',
      { ...refused, state: { sequenceNumber: 4n, full: { ...before, contents: after.contents } } },
      'failed: state-changed',
    ],
    [
      'after an effect before authentication',
      { ...refused, effects: [{ kind: 'fetch', uri: 'x' }, authenticated] },
      'failed: early-effect',
    ],
  ])('%s', (_, outcome, wanted) => {
    expect(verdictOf([outcome])).toBe(wanted);
  });

  it('is detected late when unauthentic content was processed', () => {
    const expectation: Expectation = {
      strength: 'must-reject',
      stage: 'authenticate',
      reasons: ['sig-invalid'],
      clause,
      lateDetection: true,
    };
    expect(verdictOf([{ ...refused, stage: 'authenticate', reason: 'sig-invalid' }], expectation)).toBe(
      'proven',
    );
    expect(verdictOf([{ ...refused, stage: 'payload', reason: 'image-mismatch' }], expectation)).toBe(
      'failed: late-detection',
    );
    // Version and sequence may be looked at first.
    expect(verdictOf([refused], expectation)).toBe('proven');
  });

  it('leaves the recipient able to take the valid delivery', () => {
    expect(verdictOf([refused, accepted])).toBe('proven');
    expect(verdictOf([refused, refused])).toBe('failed: not-live');
    expect(verdictOf([refused, { kind: 'crashed', error: 'x' }])).toBe('failed: not-live');
    expect(verdictOf([refused, { kind: 'unsupported', feature: 'x' }])).toBe('failed: not-live');
  });

  it('fails for an effect that is prohibited, whatever the answer', () => {
    const expectation: Expectation = { ...mustReject, prohibits: [{ kind: 'write', component: 0 }] };
    const wrote: Outcome = { ...refused, effects: [authenticated, { kind: 'write', component: 0 }] };
    expect(verdictOf([wrote], expectation)).toBe('failed: prohibited-effect');
    expect(verdictOf([wrote], { ...expectation, strength: 'policy' })).toBe('failed: prohibited-effect');
    expect(verdictOf([wrote], { ...mustReject, prohibits: [{ kind: 'write', component: 1 }] })).toBe(
      'proven',
    );
  });

  it('tells a fetch of a fragment from another fetch', () => {
    const expectation: Expectation = { ...mustReject, prohibits: [{ kind: 'fetch', of: 'fragments' }] };
    const fetched = (uri: string): Outcome => ({
      ...refused,
      effects: [authenticated, { kind: 'fetch', uri }],
    });
    expect(verdictOf([fetched('#image')], expectation)).toBe('failed: prohibited-effect');
    expect(verdictOf([fetched('https://example.com/#image')], expectation)).toBe('proven');
  });

  it('holds an acceptance that policy allows against the state it must leave', () => {
    const expectation: Expectation = {
      ...mustReject,
      strength: 'policy',
      prohibits: [{ kind: 'other-state' }],
    };
    expect(verdictOf([accepted], expectation)).toBe('policy');
    const other: Outcome = { ...accepted, state: { sequenceNumber: 999n } };
    expect(verdictOf([other], expectation)).toBe('failed: prohibited-effect');
    expect(verdictOf([refused], expectation)).toBe('policy');
  });

  it('compares the count of steps with that of the delivery before', () => {
    const expectation: Expectation = { ...mustReject, prohibits: [{ kind: 'other-steps' }] };
    const twice: Run = { recipient, steps: [{ ...step, must: 'reject' }, step] };
    const counting = (steps: number): Outcome => ({ ...refused, cost: { steps } });
    const kindOf = (...outcomes: Outcome[]) => judgeAttack(twice, outcomes, expectation, claims).kind;
    expect(kindOf(counting(40), counting(41))).toBe('prohibited-effect');
    expect(kindOf(counting(40), counting(40))).toBeUndefined();
    // What is not counted says nothing.
    expect(kindOf(refused, counting(41))).toBeUndefined();
  });
});

describe('the other strengths', () => {
  it('a should-reject that is accepted is weak', () => {
    expect(verdictOf([accepted], { ...mustReject, strength: 'should-reject' })).toBe('weak');
    expect(verdictOf([refused], { ...mustReject, strength: 'should-reject' })).toBe('proven');
  });

  it('policy takes either answer', () => {
    expect(verdictOf([accepted], { ...mustReject, strength: 'policy' })).toBe('policy');
    expect(verdictOf([refused], { ...mustReject, strength: 'policy' })).toBe('policy');
  });

  it('a must-accept that is refused fails', () => {
    expect(verdictOf([accepted], { strength: 'must-accept', clause })).toBe('accepted');
    expect(verdictOf([refused], { strength: 'must-accept', clause })).toBe('failed: valid-refused');
  });
});

describe('a control', () => {
  it.each<[string, Outcome, string]>([
    ['accepted', accepted, 'accepted'],
    ['refused', refused, 'failed: valid-refused'],
    ['refused for lack of room', { ...refused, stage: 'resource', reason: 'limit-memory' }, 'inconclusive'],
    ['accepted at less than is claimed', { ...accepted, level: 'applicable' }, 'failed: valid-refused'],
    [
      'with the number left as it was',
      { ...accepted, state: { sequenceNumber: 4n, full: after } },
      'failed: wrong-state',
    ],
    [
      'with nothing written',
      { ...accepted, state: { sequenceNumber: 5n, full: { ...after, contents: before.contents } } },
      'failed: wrong-state',
    ],
    [
      'with the other slot reported as the current one',
      { ...accepted, state: { sequenceNumber: 5n, components: [null] } },
      'failed: wrong-state',
    ],
    ['with no state, though it claims to report it', stateless, 'failed: wrong-state'],
    ['with a number and no contents', { ...stateless, state: { sequenceNumber: 5n } }, 'failed: wrong-state'],
    [
      'with too few components',
      { ...stateless, state: { sequenceNumber: 5n, components: [] } },
      'failed: wrong-state',
    ],
    ['crashed', { kind: 'crashed', error: 'x' }, 'failed: crashed'],
  ])('%s', (_, outcome, wanted) => {
    expect(controlOf(outcome)).toBe(wanted);
  });

  it('is judged only by what the verifier claims to report', () => {
    const silent: Claims = { ...claims, reports: [] };
    expect(controlOf({ ...accepted, state: { sequenceNumber: 4n } }, silent)).toBe('accepted');
    expect(controlOf(stateless, silent)).toBe('accepted');
    const low: Claims = { ...claims, levels: ['authenticated'] };
    expect(controlOf({ ...accepted, level: 'authenticated' }, low)).toBe('accepted');
  });
});

describe('the level a verifier must claim', () => {
  it.each([
    ['decode', 'authenticated'],
    ['digest', 'authenticated'],
    ['resource', 'authenticated'],
    ['sequence', 'applicable'],
    ['applicability', 'applicable'],
    ['components', 'installed'],
    ['payload', 'installed'],
  ] as const)('for stage %s is %s', (stage, level) => {
    expect(requiredLevel({ ...mustReject, stage }, step)).toBe(level);
  });
});

describe('a delivery that the power is cut in', () => {
  const powerCut = { step: 2, when: 'torn' } as const;
  const cut: RunStep = { ...step, delivery: { ...step.delivery, powerCut }, must: 'accept' };
  const interrupted: Outcome = { kind: 'interrupted', storageSteps: 1 };
  const older = mustReject;

  it('may be interrupted, and only that', () => {
    expect(judgeControl({ recipient, steps: [cut] }, [interrupted], claims).verdict).toBe('accepted');
    const uncut = judgeControl(control, [interrupted], claims);
    expect([uncut.verdict, uncut.kind]).toEqual(['failed', 'protocol-error']);
    const judged = { ...cut, must: 'judged' } as const;
    expect(judgeAttack({ recipient, steps: [judged] }, [interrupted], older, claims).verdict).toBe(
      'inconclusive',
    );
    const must = { ...cut, must: 'reject' } as const;
    expect(judgeAttack({ recipient, steps: [must, step] }, [interrupted], older, claims).verdict).toBe(
      'inconclusive',
    );
  });

  it('leaves the state before it or the one after it, and no other', () => {
    const run = { recipient, steps: [cut, step] };
    const answering = (sequenceNumber: bigint) =>
      judgeAttack(
        run,
        [
          interrupted,
          {
            ...refused,
            state: { sequenceNumber, full: { ...(sequenceNumber === 5n ? after : before), sequenceNumber } },
          },
        ],
        older,
        claims,
      ).verdict;
    expect([4n, 5n, 3n].map(answering)).toEqual(['proven', 'proven', 'failed']);
  });

  it('lets what follows end in one of several states', () => {
    const again = { ...step, alsoAfter: [{ ...after, sequenceNumber: 6n }] };
    const steps = [cut, again];
    const answering = (sequenceNumber: bigint) =>
      judgeAttack(
        { recipient, steps },
        [interrupted, { ...accepted, state: { sequenceNumber, full: { ...after, sequenceNumber } } }],
        { strength: 'must-accept', clause },
        claims,
      ).verdict;
    expect([5n, 6n, 4n].map(answering)).toEqual(['accepted', 'accepted', 'failed']);
  });
});
