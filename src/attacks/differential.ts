/**
 * Attacks on readers that take one thing for another, where two parsers would differ (draft §7.5, appendix A).
 *
 * @module
 */
import fc from 'fast-check';
import { array, bstr, map, tstr } from '../cbor/item.ts';
import { sortEntries } from '../cbor/order.ts';
import { write } from '../cbor/write.ts';
import { manifest } from '../suit/clause.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { fails } from './command-items.ts';
import { alter } from './deliver.ts';
import { mustAccept } from './expectation.ts';

/** Adds an unused payload whose key is the text of one of the envelope's integer keys. */
export const textKey: Attack<{ key: 2 | 3 | 16 | 20 | 23 }> = {
  id: 'diff.key.text',
  handle: 'S10',
  group: 'S',
  family: 'toctou',
  change: 'add an integrated payload whose key is the text of an integer key of the envelope',
  by: 'outsider',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [mustAccept(manifest('A'))],
  choice: fc.record({ key: fc.constantFrom<2 | 3 | 16 | 20 | 23>(3, 2, 16, 20, 23) }),
  apply: (scenario, { key }) =>
    alter(scenario, (parts) => {
      const payload = bstr(write(array(...fails)));
      const members = sortEntries(map(...parts.members, [tstr(String(key)), payload])).entries;
      return { ...parts, members };
    }),
};

export const differentialAttacks: readonly AnyAttack[] = [textKey];
