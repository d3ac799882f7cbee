/**
 * SUIT_Text_Map is for people: its form is checked, and nothing else is done with it (draft §8.4.4).
 *
 * @module
 */
import type { Item } from '../../cbor/item.ts';
import { bad, type Problem } from '../../suit/problem.ts';
import { componentTextKeys, registered, textKeys } from '../../suit/registry.ts';
import { identifierOf, sameIdentifier } from './components.ts';
import { checkedMap, textOf, unwrap, type Work } from './work.ts';

/** RFC 9290 appendix A. Every character has one way to match: no backtracking. */
const languageTag = /^[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*$/;

export function checkText(work: Work, wrapped: Item): Problem | undefined {
  const item = unwrap(work, wrapped, 'type-mismatch', 'the text');
  if (!item.ok) return item.problem;
  const languages = checkedMap(work, item.value, 'type-mismatch', 'the text');
  if (!languages.ok) return languages.problem;
  for (const [key, value] of languages.value.entries) {
    const tag = textOf(work, key, 'a language tag');
    if (!tag.ok) return tag.problem;
    if (!languageTag.test(tag.value)) return bad('manifest-structure', 'not a language tag', key).problem;
    const problem = checkTexts(work, value, textKeys, true);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkTexts(
  work: Work,
  item: Item,
  registry: typeof textKeys,
  hasComponents: boolean,
): Problem | undefined {
  const texts = checkedMap(work, item, 'type-mismatch', 'a map of texts');
  if (!texts.ok) return texts.problem;
  for (const [key, value] of texts.value.entries) {
    const code = work.rules.integer(key);
    let problem: Problem | undefined;
    if (code !== undefined) problem = registered(registry, code) && checkOne(work, value);
    else if (!hasComponents) problem = bad('type-mismatch', 'a key of a text map', key).problem;
    else problem = checkListed(work, key) ?? checkTexts(work, value, componentTextKeys, false);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Draft §8.4.4: a component that has texts is in the component list. */
function checkListed(work: Work, key: Item): Problem | undefined {
  const identifier = identifierOf(key);
  if (identifier === undefined) return bad('type-mismatch', 'a key of a text map', key).problem;
  const listed = work.identifiers.some((other) => sameIdentifier(other, identifier));
  return listed
    ? undefined
    : bad('manifest-structure', 'texts of a component that is not listed', key).problem;
}

function checkOne(work: Work, value: Item): Problem | undefined {
  const text = textOf(work, value, 'a text');
  return text.ok ? undefined : text.problem;
}
