/**
 * The catalogue: every attack that is built, and every row of the working list that is not yet.
 *
 * To add an attack, write its constant and list it here; nothing else changes.
 *
 * @module
 */

import { familyRows, notDrawn } from '../scenarios/family-rows.ts';
import { accessListAttacks } from './access-lists.ts';
import { applicabilityAttacks } from './applicability.ts';
import { type AnyAttack, type By, type Family, families, type Group, type Strength } from './attack.ts';
import { commandAttacks } from './commands.ts';
import { componentSetAttacks } from './component-set.ts';
import { componentAttacks } from './components.ts';
import { conditionAttacks } from './conditions.ts';
import { contentAttacks } from './content.ts';
import { coseAlgorithmAttacks } from './cose-algorithm.ts';
import { coseSeveralAttacks } from './cose-several.ts';
import { coseSignatureAttacks } from './cose-signature.ts';
import { coseStructureAttacks } from './cose-structure.ts';
import { differentialAttacks } from './differential.ts';
import { downgradeAttacks } from './downgrade.ts';
import { encodingAttacks } from './encoding.ts';
import { envelopeAuthenticationAttacks } from './envelope-authentication.ts';
import { envelopeMemberAttacks } from './envelope-members.ts';
import { fetchAnswerAttacks } from './fetch-answer.ts';
import { fetchPlaceAttacks } from './fetch-place.ts';
import { fetchUriAttacks } from './fetch-uri.ts';
import { identifierAttacks } from './identifiers.ts';
import { imageAttacks } from './image.ts';
import { imageDigestAttacks } from './image-digest.ts';
import { imageSizeAttacks } from './image-size.ts';
import { indexScopeAttacks } from './index-scope.ts';
import { integrityAttacks } from './integrity.ts';
import { invocationAttacks } from './invocation.ts';
import { notBuilt } from './not-built.ts';
import { parameterScopeAttacks } from './parameter-scope.ts';
import { replayAttacks } from './replay.ts';
import { resourceAttacks } from './resource.ts';
import { rightsAttacks } from './rights.ts';
import { rollbackAttacks } from './rollback.ts';
import { rows } from './rows.ts';
import { runIndexAttacks } from './run-index.ts';
import { sectionOrderAttacks } from './section-order.ts';
import { sequenceFormAttacks } from './sequence-form.ts';
import { softFailureAttacks } from './soft-failure.ts';
import { strictOrderAttacks } from './strict-order.ts';
import { toctouAttacks } from './toctou.ts';
import { toctouOverlapAttacks } from './toctou-overlap.ts';
import { transportAttacks } from './transport.ts';
import { tryEachAttacks } from './try-each.ts';
import { unseveredAttacks } from './unsevered.ts';
import { validCases } from './valid.ts';

export const catalogue: readonly AnyAttack[] = [
  ...encodingAttacks,
  ...envelopeMemberAttacks,
  ...envelopeAuthenticationAttacks,
  ...coseSignatureAttacks,
  ...coseAlgorithmAttacks,
  ...coseStructureAttacks,
  ...coseSeveralAttacks,
  ...integrityAttacks,
  ...rollbackAttacks,
  ...replayAttacks,
  ...transportAttacks,
  ...downgradeAttacks,
  ...applicabilityAttacks,
  ...componentAttacks,
  ...componentSetAttacks,
  ...rightsAttacks,
  ...accessListAttacks,
  ...indexScopeAttacks,
  ...commandAttacks,
  ...tryEachAttacks,
  ...softFailureAttacks,
  ...runIndexAttacks,
  ...strictOrderAttacks,
  ...conditionAttacks,
  ...invocationAttacks,
  ...sectionOrderAttacks,
  ...sequenceFormAttacks,
  ...imageAttacks,
  ...imageSizeAttacks,
  ...imageDigestAttacks,
  ...contentAttacks,
  ...parameterScopeAttacks,
  ...fetchPlaceAttacks,
  ...fetchUriAttacks,
  ...fetchAnswerAttacks,
  ...identifierAttacks,
  ...resourceAttacks,
  ...differentialAttacks,
  ...toctouAttacks,
  ...toctouOverlapAttacks,
  ...unseveredAttacks,
].sort((a, b) => (a.handle < b.handle ? -1 : 1));

/** One entry of `gauntlet catalogue --format json`. */
export interface Listing {
  readonly id: string;
  readonly family: Family | 'valid';
  readonly group: Group | 'V';
  readonly handle: string;
  readonly change: string;
  readonly strengths: readonly Strength[];
  readonly clause: { readonly doc: string; readonly section: string };
  readonly threats: readonly string[];
  readonly requirements: readonly string[];
  readonly by: readonly By[];
  /** On the working list, not built. */
  readonly notYet: boolean;
  /** Why it is not built, where that can be said. */
  readonly why?: string;
}

/** Built and not yet built, in the working list's order. */
export function listCatalogue(): readonly Listing[] {
  const built = new Map(catalogue.map((attack) => [attack.id, attack]));
  return rows.map((row): Listing => {
    const attack = built.get(row.id);
    const shared = {
      id: row.id,
      family: row.family,
      group: row.group,
      handle: row.handle,
      change: row.change,
      threats: row.threats,
      requirements: row.requirements,
    };
    if (attack === undefined) {
      const clause = row.clauses[0] ?? { doc: 'none', section: '' };
      const why = notBuilt(row);
      return { ...shared, strengths: row.strengths, clause, by: row.by, notYet: true, why };
    }
    return { ...shared, ...builtAs(attack) };
  });
}

/** Of a listing what only the attack itself can say. */
export function builtAs({ expects, by }: AnyAttack): Pick<Listing, 'strengths' | 'clause' | 'by' | 'notYet'> {
  const strengths = [...new Set(expects.map(({ strength }) => strength))];
  return { strengths, clause: expects[0].clause, by: Array.isArray(by) ? by : [by], notYet: false };
}

/** Every valid family, those of the extensions too, in the shape of the attacks. */
export function listValidFamilies(): readonly Listing[] {
  return familyRows.map((row): Listing => {
    const why = notDrawn(row);
    return {
      id: row.id,
      family: 'valid',
      group: 'V',
      handle: row.handle,
      change: row.change,
      strengths: ['must-accept'],
      clause: row.clauses[0] ?? { doc: 'none', section: '' },
      threats: [],
      requirements: [],
      by: ['author'],
      notYet: why !== undefined,
      ...(why !== undefined && { why }),
    };
  });
}

/** Every attack and valid family that is built: what a stored case may be of. */
export const allCases: readonly AnyAttack[] = [...catalogue, ...validCases];

/** Attacks, and valid families, by id, group letter, family or requirement; undefined: a name that is none of these. */
export function selectAttacks(name: string): readonly AnyAttack[] | undefined {
  const found = named(allCases, name);
  if (found.length > 0) return found;
  return (families as readonly string[]).includes(name) ? [] : undefined;
}

/** Of these attacks. */
export function named(attacks: readonly AnyAttack[], name: string): readonly AnyAttack[] {
  const upper = name.toUpperCase();
  return attacks.filter(
    (attack) =>
      attack.id === name ||
      attack.handle === upper ||
      attack.group === name ||
      attack.family === name ||
      (attack.violates as readonly string[]).includes(upper) ||
      (attack.threats as readonly string[]).includes(upper),
  );
}
