/**
 * A claim about a requirement: the reference keeps it under every attack that bears on it, and a verifier that
 * is broken on purpose does not.
 *
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { AnyAttack } from '../src/attacks/attack.ts';
import { catalogue } from '../src/attacks/catalogue.ts';
import type { Requirement } from '../src/attacks/requirements.ts';
import { type Case, drawCase, isInapplicable } from '../src/harness/case.ts';
import { directHost } from '../src/harness/direct-host.ts';
import { ScenarioPool } from '../src/harness/scenario-pool.ts';
import { ControlCache, tryCase } from '../src/harness/trial.ts';
import type { Host } from '../src/verifiers/host.ts';
import { referenceVerifier } from '../src/verifiers/reference/reference.ts';
import type { Verifier } from '../src/verifiers/verifier.ts';
import { type Animal, zoo } from '../src/verifiers/zoo/zoo.ts';

const fewRounds = 4;

interface Shown {
  readonly failed: string[];
  readonly proven: number;
}

export interface ClaimOptions {
  /** Id of the animal that must not keep the claim. */
  readonly brokenBy: string;
  /** Handles of must-reject attacks that no animal fails, each with the reason. */
  readonly unbroken?: Readonly<Record<string, string>>;
  /** Cases of each attack; more where few of its choices must be refused. */
  readonly rounds?: number;
}

export function claim(requirement: Requirement, sentence: string, options: ClaimOptions): void {
  const attacks = catalogue.filter((attack) => attack.violates.includes(requirement));
  const { brokenBy, unbroken = {}, rounds = fewRounds } = options;

  describe(requirement, () => {
    const demanding = attacks.filter(mustBeRefused);

    it('has attacks that must be refused', () => {
      expect(demanding).not.toEqual([]);
      expect(Object.keys(unbroken).filter((one) => !demanding.some(({ handle }) => handle === one))).toEqual(
        [],
      );
    });

    it('has an animal for each of them that fails it', async () => {
      const alive: string[] = [];
      for (const attack of demanding) {
        if (unbroken[attack.handle] !== undefined) continue;
        if (!(await isFailedBySome(attack, brokenBy))) alive.push(attack.handle);
      }
      expect(alive).toEqual([]);
    }, 120_000);

    it(`${sentence}: the reference does`, async () => {
      const { failed, proven } = await show(attacks, referenceVerifier(), rounds);
      expect(failed).toEqual([]);
      expect(proven).toBeGreaterThan(0);
    });

    it(`${sentence}: ${brokenBy} does not`, async () => {
      const animal = zoo.find((one) => one.id === brokenBy);
      expect(animal).toBeDefined();
      if (animal === undefined) return;
      const { failed } = await show(attacks, animal.create(), rounds);
      expect(failed).not.toEqual([]);
    });
  });
}

export function mustBeRefused(attack: AnyAttack): boolean {
  return attack.expects.some(({ strength }) => strength === 'must-reject');
}

const hosts = new Map<string, Promise<Host>>();

function hostOf(animal: Animal): Promise<Host> {
  const host = hosts.get(animal.id) ?? directHost(`zoo:${animal.id}`, animal.create());
  hosts.set(animal.id, host);
  return host;
}

/** The likely ones first. What accepts everything fails everything, and says nothing. */
async function isFailedBySome(attack: AnyAttack, brokenBy: string): Promise<boolean> {
  const cases = demandingCases(attack);
  const rank = ({ id, exposedBy }: Animal): number =>
    exposedBy.includes(attack.id) ? 0 : id === brokenBy ? 1 : 2;
  const animals = zoo.filter(({ id }) => id !== 'accepts-everything').sort((a, b) => rank(a) - rank(b));
  for (const animal of animals) {
    const host = await hostOf(animal);
    const controls = new ControlCache();
    // Those that name the attack see all, the others the first few.
    for (const one of animal.exposedBy.includes(attack.id) ? cases : cases.slice(0, fewRounds)) {
      const { ruling } = await tryCase(host, one, controls);
      // A state that is kept early is a fault of its own, whatever is refused afterwards.
      if (ruling.verdict === 'failed' && ruling.kind !== 'state-changed') return true;
    }
  }
  return false;
}

/** Cases that must be rejected: other choices of the attack may ask for something else. */
function demandingCases(attack: AnyAttack): readonly Case[] {
  const cases: Case[] = [];
  const pool = new ScenarioPool(1);
  for (let round = 0; round < 40 && cases.length < 20; round++) {
    const one = drawCase(attack, round, 1, pool);
    if (!isInapplicable(one) && one.expect.strength === 'must-reject') cases.push(one);
  }
  return cases;
}

async function show(attacks: readonly AnyAttack[], verifier: Verifier, rounds: number): Promise<Shown> {
  const host = await directHost('claimed', verifier);
  const failed: string[] = [];
  let proven = 0;
  const pool = new ScenarioPool(1);
  const controls = new ControlCache();
  for (let round = 0; round < rounds; round++)
    for (const attack of attacks) {
      const one = drawCase(attack, round, 1, pool);
      if (isInapplicable(one)) continue;
      const { ruling, control } = await tryCase(host, one, controls);
      if (control?.verdict === 'failed')
        failed.push(`${attack.handle} control ${control.kind}: ${control.note}`);
      if (ruling.verdict === 'failed') failed.push(`${attack.handle} ${ruling.kind}: ${ruling.note}`);
      if (ruling.verdict === 'proven') proven++;
    }
  return { failed, proven };
}
