/**
 * Reads SUIT_Text_Map (draft-ietf-suit-manifest-37 §8.4.4).
 *
 * @module
 */

import type { Item } from '../cbor/item.ts';
import type { ComponentIdentifier, ComponentText, LanguageText, TextEntry, TextMap } from './model.ts';
import { bad, good, type Result } from './problem.ts';
import { each, mapped, readBytes, readInt, readList, readMap, readText } from './read-types.ts';

/** RFC 9290 appendix A: the tag of a language, letters first. */
const languageTag = /^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$/;

export function readTextMap(item: Item): Result<TextMap> {
  const languages = readMap(item, { what: 'the text map', reason: 'type-mismatch' });
  if (!languages.ok) return languages;
  return each(languages.value.entries, ([key, value]) => {
    const language = readText(key, { what: 'the language tag', reason: 'type-mismatch' });
    if (!language.ok) return language;
    if (!languageTag.test(language.value)) return bad('manifest-structure', 'not a language tag', key);
    return readLanguage(language.value, value);
  });
}

function readLanguage(language: string, item: Item): Result<LanguageText> {
  const map = readMap(item, { what: `the texts of ${language}`, reason: 'type-mismatch' });
  if (!map.ok) return map;
  const texts: TextEntry[] = [];
  const components: ComponentText[] = [];
  for (const [key, value] of map.value.entries) {
    if (key.kind === 'array') {
      const component = readComponentText(key, value);
      if (!component.ok) return component;
      components.push(component.value);
    } else {
      const entry = readEntry(key, value);
      if (!entry.ok) return entry;
      texts.push(entry.value);
    }
  }
  return good({ language, texts, components });
}

function readComponentText(key: Item, value: Item): Result<ComponentText> {
  const identifier = readComponent(key);
  if (!identifier.ok) return identifier;
  const map = readMap(value, { what: 'the texts of a component', reason: 'type-mismatch' });
  if (!map.ok) return map;
  const texts = each(map.value.entries, ([k, v]) => readEntry(k, v));
  return mapped(texts, (read) => ({ identifier: identifier.value, texts: read }));
}

function readEntry(key: Item, value: Item): Result<TextEntry> {
  const number = readInt(key, { what: 'the key of a text', reason: 'type-mismatch' });
  if (!number.ok) return number;
  return mapped(readText(value, { what: 'a text', reason: 'type-mismatch' }), (text) => [number.value, text]);
}

/** SUIT_Component_Identifier (§8.4.5.1). */
export function readComponent(item: Item): Result<ComponentIdentifier> {
  const segments = readList(item, { what: 'the component identifier', reason: 'manifest-structure' });
  if (!segments.ok) return segments;
  return each(segments.value, (segment) =>
    readBytes(segment, { what: 'a segment of a component identifier', reason: 'manifest-structure' }),
  );
}
