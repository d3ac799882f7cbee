/**
 * Attacks on the form of command sequences and of their arguments (draft §8.4.6, §8.4.7, appendix A).
 *
 * @module
 */
import fc from 'fast-check';
import { type Item, int, map, tstr } from '../cbor/item.ts';
import { manifest } from '../suit/clause.ts';
import { sequenceOf, withSequence } from '../suit/edit.ts';
import { commandCode as code } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { reissue } from './deliver.ts';
import { eitherAnswer, mustReject, shouldReject } from './expectation.ts';
import { insert, inserted } from './twin.ts';

const common = { group: 'J', family: 'commands', by: 'author', threats: [], violates: [] } as const;

const noSequence = mustReject(['command-malformed'], manifest('8.4.6'), { level: 'applicable' });
const noArgument = mustReject(['command-malformed'], manifest('8.4.6'), { level: 'applicable' });
const noPolicy = shouldReject(['command-malformed'], manifest('A'), { level: 'applicable' });
const noCommand = eitherAnswer(['command-malformed'], manifest('A'), { level: 'installed' });

const notASequence: Readonly<Record<string, Item>> = {
  map: map([int(code.vendorIdentifier), int(15)]),
  uint: int(code.vendorIdentifier),
  text: tstr('suit-shared-sequence'),
};
const incomplete: Readonly<Record<string, number>> = {
  'no-argument': code.setComponentIndex,
  'no-policy': code.vendorIdentifier,
};

/** Puts something else in a sequence's place, lets it end in a command without its argument, or empties it. */
export const shape: Attack<{ form: string }> = {
  ...common,
  id: 'seq.shape',
  handle: 'J07',
  change: 'replace a sequence by another item, end it with a command alone, or add one without any command',
  violates: ['REQ.USE.PARSE'],
  expects: [noSequence, noArgument, noPolicy, noCommand],
  choice: fc.record({
    form: fc.constantFrom(...Object.keys(notASequence), ...Object.keys(incomplete), 'empty'),
  }),
  apply(scenario, { form }) {
    const other = notASequence[form];
    if (other !== undefined) {
      if (sequenceOf(scenario.release, 'shared') === undefined) return undefined;
      return reissue(scenario, (parts) => withSequence(parts, 'shared', () => other), { expect: noSequence });
    }
    const last = incomplete[form];
    if (last !== undefined) {
      const expect = form === 'no-policy' ? noPolicy : noArgument;
      return insert(scenario, [{ section: 'shared', commands: [int(last)] }], { expect });
    }
    if (sequenceOf(scenario.release, 'payloadFetch') !== undefined) return undefined;
    return reissue(
      scenario,
      (parts) => inserted(parts, { section: 'payloadFetch', makes: true, commands: [] }),
      { expect: noCommand },
    );
  },
};

export const sequenceFormAttacks: readonly AnyAttack[] = [shape];
