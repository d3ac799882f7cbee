import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyAttacks, mixedHistory, powerHistory } from '../attacks/histories.ts';
import type { Happening } from '../attacks/history-steps.ts';
import { replayable } from '../attacks/replayable.ts';
import type { Rejected } from '../device/decision.ts';
import type { Outcome } from '../device/outcome.ts';
import type { Run } from '../scenarios/scenario.ts';
import type { Host } from '../verifiers/host.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { zoo } from '../verifiers/zoo/zoo.ts';
import { type Case, drawCase, isInapplicable, makeCase } from './case.ts';
import { asCase } from './corpus.ts';
import { directHost } from './direct-host.ts';
import { caseFromFile, caseToFile, judgedEnvelope } from './finding.ts';
import { judgeHistory } from './judge-history.ts';
import { ScenarioPool } from './scenario-pool.ts';
import { casesOf, plannedCases } from './sequence.ts';
import { shrink } from './shrink.ts';
import { ControlCache, deliver, tryCase } from './trial.ts';

const reference = await directHost('reference', referenceVerifier());
const { scenario } = new ScenarioPool(7).draw(mixedHistory, 0, 0);
const history = (...choice: Happening[]): Case => makeCase(mixedHistory, 0, scenario, choice) as Case;
const judged = (host: Host, one: Case) => tryCase(host, one, new ControlCache()).then(({ ruling }) => ruling);

function drawn(rounds: number, seed = 1): readonly Case[] {
  const cases = Array.from({ length: rounds }, (_, round) =>
    historyAttacks.map((attack) => drawCase(attack, round, seed)),
  );
  return cases.flat().filter((one): one is Case => !isInapplicable(one));
}

async function animal(id: string, hides: readonly string[] = []): Promise<Host> {
  const host = await directHost(id, zoo.find((one) => one.id === id)?.create() as Verifier);
  const reports = host.claims.reports.filter((one) => !hides.includes(one));
  return { ...host, claims: { ...host.claims, reports } };
}

const update = (gap = '1'): Happening => ({ do: 'update', gap });
const forged: Happening = { do: 'forged', ahead: '1' };
const older: Happening = { do: 'older', back: '1' };

describe('histories', () => {
  it('are all answered rightly by the reference, and most have something hostile in them', async () => {
    const cases = drawn(25);
    expect(cases).toHaveLength(50);
    const rulings = await Promise.all(cases.map((one) => judged(reference, one)));
    expect(rulings.filter(({ verdict }) => verdict !== 'proven' && verdict !== 'accepted')).toEqual([]);
    expect(rulings.filter(({ verdict }) => verdict === 'proven').length).toBeGreaterThan(20);
    expect(Math.max(...cases.map((one) => one.attacked.steps.length))).toBeGreaterThan(5);
  });

  it('have a twin of the same releases without what is hostile', () => {
    const one = history(update(), forged, older, { do: 'boot' }, update('255'));
    expect(one.attacked.steps.map(({ must }) => must)).toEqual([
      'accept',
      'reject',
      'reject',
      'accept',
      'accept',
    ]);
    const valid = one.attacked.steps.filter(({ must }) => must === 'accept');
    expect(one.control.steps.map(({ delivery }) => delivery)).toEqual(valid.map(({ delivery }) => delivery));
    expect(one.control.steps.map(({ after }) => after)).toEqual(valid.map(({ after }) => after));
  });

  it('are drawn JSON-safe', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(mixedHistory, powerHistory).chain(({ choice }) => choice),
        (choice) => {
          expect(JSON.parse(JSON.stringify(choice))).toEqual(choice);
          expect(choice.length).toBeLessThanOrEqual(8);
        },
      ),
      { numRuns: 50 },
    );
  });

  // Rollback, replay, freeze and fast-forward faults; some hide what their state is, so that only answers show it.
  it.each([
    ['never-checks-sequence', [], 'rollback'],
    ['never-stores-sequence', [], 'rollback'],
    ['never-stores-sequence', ['sequence', 'components'], 'rollback'],
    ['commits-before-authentication', [], 'rollback'],
    ['commits-before-authentication', ['sequence', 'components'], 'rollback'],
    ['commits-before-applicability', [], 'rollback'],
    ['commits-before-installation', ['sequence', 'components'], 'rollback'],
    ['keeps-its-number-in-memory', [], 'rollback'],
    ['keeps-no-journal', [], 'rollback'],
  ])(
    'catch %s (hiding %j) as %s, in at most 4 steps, and are replayed from the file',
    async (id, hides, family) => {
      const host = await animal(id, hides);
      for (const one of drawn(60)) {
        const ruling = await judged(host, one);
        if (ruling.verdict !== 'failed' || ruling.family !== family) continue;
        const { smallest, ruling: shown } = await shrink(host, one, ruling, { seed: 1, maxTries: 60 });
        expect(shown).toMatchObject({ verdict: 'failed', kind: ruling.kind, family });
        expect(smallest.attacked.steps.length).toBeLessThanOrEqual(4);
        const json = JSON.parse(JSON.stringify(caseToFile(smallest)));
        const stored = asCase(caseFromFile(json, 'here'), replayable, 'here');
        expect(stored.attacked).toEqual(smallest.attacked);
        expect(await judged(host, stored)).toEqual(shown);
        expect(judgedEnvelope(stored.attacked)).toBeDefined();
        return;
      }
      throw new Error(`no history shows ${id}`);
    },
  );

  it('are not run where power cuts, or state between deliveries, are not claimed', async () => {
    const { extras: _none, ...claims } = reference.claims;
    const cut: Happening = { do: 'update', gap: '1', cut: { step: 1, when: 'torn' } };
    const one = makeCase(powerHistory, 0, scenario, [cut]) as Case;
    expect(await judged({ ...reference, claims }, one)).toMatchObject({ verdict: 'skipped' });
    const forgetful = { ...reference, claims: { ...reference.claims, keepsState: false } };
    expect(await judged(forgetful, history(update(), older))).toMatchObject({ verdict: 'skipped' });
  });

  it('are spread over the rounds of a campaign, and are the same wherever they stand', () => {
    const options = { stored: [], attacks: [], seed: 3, runs: 2, histories: 5 };
    const cases = [...casesOf(options)] as Case[];
    expect(cases.map((one) => one.attack.id)).toEqual([0, 1, 0, 1, 0].map((i) => historyAttacks[i]?.id));
    expect(plannedCases(options)).toBe(5);
    const alone = [...casesOf({ ...options, runs: 0 })] as Case[];
    expect(alone.map((one) => one.choice)).toEqual(cases.map((one) => one.choice));
    expect(alone[2]?.attacked).toEqual((drawCase(mixedHistory, 1, 3) as Case).attacked);
  });
});

describe('the oracle of histories', () => {
  const accepted = (one: Case, at: number): Outcome => {
    const { level = 'installed', after: full } = one.attacked.steps[at] ?? {};
    const number = full?.sequenceNumber;
    return {
      kind: 'accepted',
      level,
      ...(full && { state: { full, ...(number !== undefined && { sequenceNumber: number }) } }),
      effects: [{ kind: 'authenticated' }, { kind: 'write', component: 0 }],
    };
  };
  const refused = (reason: Rejected['reason'] = 'sig-invalid', more: Partial<Rejected> = {}): Outcome => ({
    kind: 'rejected',
    ...(reason && { reason }),
    ...more,
  });
  const ruled = (run: Run, ...outcomes: readonly Outcome[]) => judgeHistory(run, outcomes, reference.claims);

  it('names the step and the fault', () => {
    const one = history(update(), forged);
    expect(ruled(one.attacked, accepted(one, 0), accepted(one, 1))).toMatchObject({
      verdict: 'failed',
      kind: 'accepted-invalid',
      family: 'authentication',
      note: expect.stringMatching(/^step 2 of 2, forged-release: accepted/),
    });
  });

  it('takes a valid update that is refused for what came before it', () => {
    const one = history(forged, update());
    expect(ruled(one.attacked, refused(), refused('sequence-rollback'))).toMatchObject({
      kind: 'not-live',
      family: 'rollback',
    });
    expect(ruled(one.attacked, refused(), refused('key-unknown'))).toMatchObject({
      kind: 'not-live',
      family: 'replay',
    });
    const boots = history(forged, { do: 'boot' });
    expect(ruled(boots.attacked, refused(), refused('image-mismatch'))).toMatchObject({
      kind: 'not-live',
      family: 'image',
    });
  });

  it('wants the same answer to the same delivery in the same state', () => {
    const one = history(forged, { do: 'repeat' });
    expect(one.attacked.steps).toHaveLength(2);
    expect(ruled(one.attacked, refused(), refused())).toMatchObject({ verdict: 'proven' });
    expect(ruled(one.attacked, refused(), refused('key-unknown'))).toMatchObject({
      kind: 'answer-changed',
      family: 'replay',
    });
  });

  it('lets nothing be fetched before authentication, and nothing be invoked by a boot that fails', () => {
    const one = history(forged, { do: 'boot' });
    const early = refused('sig-invalid', { effects: [{ kind: 'fetch', uri: 'http://a' }] });
    expect(ruled(one.attacked, early)).toMatchObject({ kind: 'early-effect', family: 'authentication' });
    const effects = [{ kind: 'authenticated' }, { kind: 'invoke', component: 0 }] as const;
    expect(ruled(one.attacked, refused(), refused('image-mismatch', { effects }))).toMatchObject({
      kind: 'prohibited-effect',
      family: 'toctou',
    });
  });

  it('wants the state as it was after a rejection', () => {
    const one = history(forged);
    const number = (sequenceNumber: bigint) => refused('sig-invalid', { state: { sequenceNumber } });
    const installed = scenario.recipient.sequenceNumber as bigint;
    expect(ruled(one.attacked, number(installed))).toMatchObject({ verdict: 'proven' });
    expect(ruled(one.attacked, number(installed + 1n))).toMatchObject({
      kind: 'state-changed',
      family: 'rollback',
    });
    const components = scenario.recipient.components.map(() => ({ sha256: new Uint8Array(32), size: 1n }));
    const state = { sequenceNumber: installed, components };
    const changed = refused('sig-invalid', { stage: 'authenticate', state });
    expect(ruled(one.attacked, changed)).toMatchObject({ kind: 'state-changed', family: 'integrity' });
  });

  it('judges nothing but the number where the components are not known any more', () => {
    const one = history(forged, forged);
    const late = refused('image-mismatch', { effects: [{ kind: 'authenticated' }] });
    // Noticed after execution began: a failure of its own.
    expect(ruled(one.attacked, late, late)).toMatchObject({
      kind: 'late-detection',
      family: 'authentication',
    });
    const revoked = history({ do: 'revoke' }, { do: 'boot' }, older);
    const installed = scenario.recipient.sequenceNumber as bigint;
    const components = scenario.recipient.components.map(() => null);
    const seen = (sequenceNumber: bigint) =>
      refused('key-unknown', { state: { sequenceNumber, components } });
    const booted: Outcome = { kind: 'accepted', level: 'invoked', effects: [{ kind: 'authenticated' }] };
    expect(ruled(revoked.attacked, booted, seen(installed))).toMatchObject({ verdict: 'proven' });
    expect(ruled(revoked.attacked, booted, seen(installed - 1n))).toMatchObject({ kind: 'state-changed' });
  });

  it('is open to both answers where the text is, and says who said nothing', () => {
    const one = history(update(), { do: 'again' });
    expect(ruled(one.attacked, accepted(one, 0), refused('sequence-policy'))).toMatchObject({
      verdict: 'accepted',
    });
    expect(ruled(history(forged).attacked, { kind: 'rejected' })).toMatchObject({ verdict: 'unattributed' });
  });

  it('a crash or a hang is never an answer; a history that broke off is none', () => {
    const one = history(forged, update());
    expect(ruled(one.attacked, { kind: 'crashed', error: 'x' })).toMatchObject({
      kind: 'crashed',
      family: 'resource',
    });
    expect(ruled(one.attacked, { kind: 'unsupported', feature: 'x' })).toMatchObject({ verdict: 'skipped' });
    expect(ruled(one.attacked, refused())).toMatchObject({ verdict: 'inconclusive' });
    expect(ruled(one.attacked, { kind: 'interrupted', storageSteps: 0 })).toMatchObject({
      kind: 'protocol-error',
    });
  });

  it('does not judge a level that is not claimed', () => {
    const claims = { ...reference.claims, levels: ['authenticated'] as const };
    const one = history(older);
    const yes: Outcome = { kind: 'accepted', level: 'authenticated' };
    expect(judgeHistory(one.attacked, [yes], claims)).toMatchObject({ verdict: 'accepted' });
    expect(ruled(one.attacked, yes)).toMatchObject({ verdict: 'inconclusive' });
  });
});

describe('sessions', () => {
  it('begin where the device is set up anew, and end with the one that breaks off', async () => {
    const opened: number[] = [];
    const host = {
      ...reference,
      trial: async (_: unknown, deliveries: readonly unknown[]) => {
        opened.push(deliveries.length);
        const answers: Outcome[] = deliveries.map(() => ({ kind: 'rejected' }));
        return opened.length === 2 ? [] : answers;
      },
    };
    const one = history(
      update(),
      { do: 'clock', now: '0' },
      update(),
      update(),
      { do: 'clock', now: '1' },
      update(),
    );
    expect(one.attacked.steps.map(({ on }) => on !== undefined)).toEqual([false, true, false, true]);
    expect(await deliver(host, one.attacked)).toHaveLength(1);
    expect(opened).toEqual([1, 2]);
  });
});
