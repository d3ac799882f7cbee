/**
 * The zoo: verifiers that are each broken in one way on purpose, so that the bench can show what it catches.
 *
 * @module
 */
import type { Animal } from './animal.ts';
import { answerAnimals } from './answers.ts';
import { applicabilityAnimals } from './applicability.ts';
import { authorityAnimals } from './authority.ts';
import { commandAnimals } from './commands.ts';
import { costAnimals } from './costs.ts';
import { decodingAnimals } from './decoding.ts';
import { differentialAnimals } from './differentials.ts';
import { digestAnimals } from './digests.ts';
import { equivalents } from './equivalents.ts';
import { fallbackAnimals } from './fallbacks.ts';
import { formAnimals } from './forms.ts';
import { lenienceAnimals } from './lenience.ts';
import { partialAnimals } from './partial-checks.ts';
import { payloadAnimals } from './payloads.ts';
import { refusalAnimals } from './refusals.ts';
import { resourceAnimals } from './resources.ts';
import { rightsAnimals } from './rights.ts';
import { rollbackAnimals } from './rollback.ts';
import { scopeAnimals } from './scopes.ts';
import { sentinels } from './sentinels.ts';
import { signatureAnimals } from './signatures.ts';
import { storageAnimals } from './storage.ts';
import { structureAnimals } from './structures.ts';
import { toctouAnimals } from './toctou.ts';

export type { Animal } from './animal.ts';

export const zoo: readonly Animal[] = [
  ...sentinels,
  ...decodingAnimals,
  ...authorityAnimals,
  ...signatureAnimals,
  ...structureAnimals,
  ...digestAnimals,
  ...rollbackAnimals,
  ...storageAnimals,
  ...applicabilityAnimals,
  ...commandAnimals,
  ...scopeAnimals,
  ...payloadAnimals,
  ...formAnimals,
  ...lenienceAnimals,
  ...refusalAnimals,
  ...differentialAnimals,
  ...toctouAnimals,
  ...rightsAnimals,
  ...partialAnimals,
  ...answerAnimals,
  ...fallbackAnimals,
  ...resourceAnimals,
];

/** Those that must be caught, then those that must not: `zoo:ID` runs any of them. */
export const wholeZoo: readonly Animal[] = [...zoo, ...equivalents];

/** Also those whose fault is their cost alone, which neither half has. */
export const everyAnimal: readonly Animal[] = [...wholeZoo, ...costAnimals];

/** Animals that never answer, or that take all memory there is: only a process of their own ends them. */
export const runaways: readonly string[] = ['allocates-claimed-lengths', 'has-no-step-budget'];
