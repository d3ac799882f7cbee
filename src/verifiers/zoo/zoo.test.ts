import { describe, expect, it } from 'vitest';
import { manifest } from '../reference/fixtures/trial.ts';
import { referenceVerifier } from '../reference/reference.ts';
import type { Verifier } from '../verifier.ts';
import { equivalents } from './equivalents.ts';
import { answerDemonstrations, fallbackDemonstrations } from './fixtures/answer-demonstrations.ts';
import { commandDemonstrations } from './fixtures/command-demonstrations.ts';
import { type Demonstration, of } from './fixtures/demonstration-tools.ts';
import { differenceDemonstrations } from './fixtures/difference-demonstrations.ts';
import { formDemonstrations, lenienceDemonstrations } from './fixtures/form-demonstrations.ts';
import { partialDemonstrations } from './fixtures/partial-demonstrations.ts';
import { payloadDemonstrations } from './fixtures/payload-demonstrations.ts';
import { refusalDemonstrations } from './fixtures/refusal-demonstrations.ts';
import { rightsDemonstrations } from './fixtures/rights-demonstrations.ts';
import { trustDemonstrations } from './fixtures/trust-demonstrations.ts';
import { missingAnimals } from './not-yet.ts';
import { zoo } from './zoo.ts';

const demonstrations: Readonly<Record<string, Demonstration>> = {
  ...differenceDemonstrations,
  ...trustDemonstrations,
  ...commandDemonstrations,
  ...payloadDemonstrations,
  ...formDemonstrations,
  ...lenienceDemonstrations,
  ...rightsDemonstrations,
  ...partialDemonstrations,
  ...answerDemonstrations,
  ...fallbackDemonstrations,
  ...refusalDemonstrations,
};

/** Animals whose only fault is the cost, or the stage at which they notice. */
const onlySteps = ['leaves-the-comparison-early'];
const onlyStage = ['parses-before-authentication'];

const seenByReference = new Map<string, Promise<unknown>>();

function observeReference(id: string): Promise<unknown> {
  const seen = seenByReference.get(id) ?? observe(id, referenceVerifier());
  seenByReference.set(id, seen);
  return seen;
}

/** What a bench can hold against a verifier: its answer, effects and state; never the words of a refusal. */
async function observe(id: string, verifier: Verifier): Promise<unknown> {
  const demonstration = demonstrations[id];
  if (demonstration === undefined) throw new Error(`nothing shows the defect of ${id}`);
  try {
    const { kind, effects, state, cost, ...rest } = await demonstration(verifier);
    const { sequenceNumber, contents } = state?.full ?? {};
    return {
      seen: { kind, effects, sequenceNumber, contents },
      ...(onlySteps.includes(id) && { steps: cost?.steps }),
      ...(onlyStage.includes(id) && 'stage' in rest && { stage: rest.stage }),
    };
  } catch (error) {
    return { crashed: String(error) };
  }
}

describe('the zoo', () => {
  it('has ids of its own, each with something that exposes it', () => {
    expect(new Set(zoo.map(({ id }) => id)).size).toBe(zoo.length);
    expect(new Set(zoo.map(({ handle }) => handle)).size).toBe(zoo.length);
    expect(zoo.filter(({ exposedBy }) => exposedBy.length === 0)).toEqual([]);
  });

  it('says of no animal that is there that it is not', () => {
    const there = new Set(zoo.map(({ handle }) => handle));
    expect(missingAnimals.filter(({ handle }) => there.has(handle))).toEqual([]);
  });

  it.each(zoo.map((animal) => [animal.handle, animal.id, animal] as const))(
    '%s %s is wrong where it should be, and the reference is not',
    async (_handle, id, animal) => {
      const reference = await observeReference(id);
      expect(reference).not.toHaveProperty('crashed');
      expect(await observe(id, animal.create())).not.toEqual(reference);
    },
  );

  const answering = zoo.filter(({ id }) => id !== 'refuses-everything');
  it.each(answering.map((animal) => [animal.id, animal] as const))(
    '%s accepts what it has no quarrel with',
    async (_id, animal) => {
      const numbers = [6n, 7n, 8n, 9n, 10n, 11n, 12n, 13n];
      const answers = await Promise.all(
        numbers.map((sequenceNumber) => of(manifest({ sequenceNumber }))(animal.create())),
      );
      expect(answers.map(({ kind }) => kind)).toContain('accepted');
    },
  );
});

describe('the equivalent mutants', () => {
  it.each(equivalents.map((animal) => [animal.id, animal] as const))(
    '%s answers as the reference does',
    async (_id, animal) => {
      for (const id of Object.keys(demonstrations)) {
        const { seen } = (await observeReference(id)) as { seen: unknown };
        expect(await observe(id, animal.create())).toMatchObject({ seen });
      }
    },
  );
});
