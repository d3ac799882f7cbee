/**
 * Attacks on critical header parameters (RFC 9052 §3.1): unknown, not protected, or listed in vain.
 *
 * @module
 */
import fc from 'fast-check';
import { array, type Entry, type Item, int, tstr } from '../cbor/item.ts';
import { headerLabels, headerMap, type Signer } from '../cose/blocks.ts';
import { setMember } from '../suit/edit.ts';
import type { Attack } from './attack.ts';
import { alterBlocks, remakeBlocks, withField } from './cose-change.ts';
import { shared } from './cose-header.ts';
import { mustReject, shouldReject } from './expectation.ts';

interface Critical {
  readonly label: number | string;
  /** With a value in the protected header, where it is unknown. */
  readonly present: boolean;
  /** Named after a label that is there and understood; absent: alone. */
  readonly afterKnown?: boolean;
}

/** Marks a header parameter as critical that is unknown, or that the protected header does not have. */
export const demandHeader: Attack<Critical> = {
  ...shared,
  id: 'cose.hdr.crit',
  handle: 'C26',
  change: 'crit names an unknown label, or one absent from protected',
  by: 'author',
  expects: [mustReject(['cose-unsupported'], { doc: 'cose', section: '3.1' })],
  choice: fc.record({
    label: fc.constantFrom<Critical['label'][]>(
      1000,
      'must-be-understood',
      -70000,
      headerLabels.contentType,
      headerLabels.kid,
    ),
    present: fc.boolean(),
    afterKnown: fc.boolean(),
  }),

  apply(scenario, { label, present, afterKnown }) {
    // A content type or key identifier that is there can be understood.
    const isKnown = label === headerLabels.contentType || label === headerLabels.kid;
    if (label === headerLabels.kid && scenario.signers.some(({ kidIn }) => kidIn === 'protected'))
      return undefined;
    const name = typeof label === 'number' ? int(label) : tstr(label);
    const more: Entry[] = present && !isKnown ? [[name, int(0)]] : [];
    return remakeBlocks(scenario, scenario.signers, (signer) => ({
      protected: withCrit(signer, array(...(afterKnown ? [int(headerLabels.alg)] : []), name), more),
    }));
  },
};

function withCrit(signer: Signer, crit: Item, more: readonly Entry[] = []): Item {
  const withMark = setMember(headerMap(signer), headerLabels.crit, crit);
  return { ...withMark, entries: [...withMark.entries, ...more] };
}

/** Gives `crit` without a label, or where nothing protects it. */
export const misplaceCrit: Attack<'empty' | 'unprotected'> = {
  ...shared,
  id: 'cose.hdr.crit-misplaced',
  handle: 'C27',
  change: 'crit empty, or in unprotected',
  by: ['outsider', 'author'],
  expects: [shouldReject(['cose-unsupported', 'auth-malformed'], { doc: 'cose', section: '3.1' })],
  choice: fc.constantFrom('unprotected', 'empty'),

  apply(scenario, form) {
    if (form === 'empty') {
      return remakeBlocks(scenario, scenario.signers, (signer) => ({ protected: withCrit(signer, array()) }));
    }
    return alterBlocks(scenario, (block, fields) =>
      withField(block, 1, setMember(fields.unprotected, headerLabels.crit, array(int(headerLabels.alg)))),
    );
  },
};
