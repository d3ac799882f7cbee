/**
 * Seeded faults of the working list that have no animal of their own, and why.
 *
 * @module
 */

export interface MissingAnimal {
  readonly handle: string;
  readonly defect: string;
  readonly why: string;
}

const refusesAll = 'it refuses all that is valid, as the sentinel refuses-everything does';
const dependencies = 'the verifiers have no dependencies and delegation yet (draft-ietf-suit-trust-domains)';
const management = 'the verifiers have no update management yet (draft-ietf-suit-update-management)';
const encryption = 'the verifiers have no firmware encryption yet (draft-ietf-suit-firmware-encryption)';
const reports = 'the verifiers make no reports that a consumer could judge yet (draft-ietf-suit-report)';
const noSeam = 'the reference has no seam for it';
const costOnly = (id: string) =>
  `its fault is what it costs, which no attack measures: "gauntlet worst" finds it in ${id}`;

// biome-ignore format: a table, one row a line
const lines: readonly (readonly [handles: string, defect: string, why: string])[] = [
  ['Z001', 'the answer of the digest comparison is inverted', refusesAll],
  ['Z009', 'the manifest digest is taken over the content without its head', refusesAll],
  ['Z012', 'the signature is checked over the manifest, not over the digest', refusesAll],
  ['Z015', 'only the first block counts', 'which blocks are read is a policy: no attack may hold it against a verifier'],
  ['Z025', 'a key that comes in a header is trusted', noSeam],
  ['Z034', 'the count of a map overflows', noSeam],
  ['Z036', 'recursion without a limit', 'recurses-without-bound is this one'],
  ['Z037', 'a reserved additional information is read for ever', noSeam],
  ['Z039', 'the chunks of an indefinite string may be of any type', noSeam],
  ['Z057', 'replays are found by the hash of the envelope', 'it accepts lower numbers, as never-checks-sequence does'],
  ['Z058', 'the sequence number is compared with the clock', noSeam],
  ['Z059', 'the firmware version is the rollback rule', 'never-goes-back (Z320) is this one'],
  ['Z064', 'the digest of a severed element is taken over its content', 'the reference has one rule for both digests'],
  ['Z074', 'an error in the last command of a sequence is lost', noSeam],
  ['Z092', 'an override of what is not set is ignored', refusesAll],
  ['Z095', 'the size is not looked at while fetching', 'the capacity ends the fetch, and the match refuses it all the same'],
  ['Z097', 'the slot of component 0 is compared for every component', noSeam],
  ['Z099', 'what was validated in one boot is not validated in the next', 'matches-once (Z363) is its nearest'],
  ['Z104', 'a download is written over the image in place', 'keeps-no-journal (Z251) is this one'],
  ['Z108', 'another copy is run than was verified', 'trusts-its-storage (Z362) is this one'],
  ['Z110 Z111 Z112 Z113 Z114 Z117 Z118 Z119 Z120', 'dependencies, access lists, delegation', dependencies],
  ['Z143 Z144 Z145 Z149', 'dependencies, access lists, delegation', dependencies],
  ['Z121 Z122 Z123 Z124 Z125 Z126', 'time, versions, priorities, links', management],
  ['Z127 Z128 Z129 Z130 Z131 Z132', 'encrypted payloads', encryption],
  ['Z133 Z134 Z135 Z136', 'reports that are believed too easily', reports],
  ['Z137 Z138', 'blocks and resumed downloads', 'the transport is not simulated below whole payloads'],
  ['Z146', 'text steers a decision', 'obeys-unknown-members (Z324) is its nearest'],
  ['Z151', 'an empty protected header is hashed as sent', 'authenticates-the-empty-map-as-sent (Z341) is this one'],
  ['Z154', 'a string that is cut short is read as far as it goes', 'what is missing is then refused by its digest'],
  ['Z156', 'without a manifest there is nothing to do', noSeam],
  ['Z157', 'sections that cannot be severed are taken from the envelope', noSeam],
  ['Z158', 'every known anchor must sign', 'wants-every-anchor-to-sign (Z318) is this one'],
  ['Z161', 'the highest number is chosen before authentication', 'chooses-before-authentication (Z258) is this one'],
  ['Z171', 'the load section is not run', noSeam],
  ['Z175', 'hosts of URIs', 'payloads are answered by URI, whatever host it names'],
  ['Z174', 'a fetch from nowhere succeeds', 'fetches-missing-fragments (Z102) is its nearest'],
  ['Z177', 'offset and size are added in 32 bits', 'no component is that large'],
  ['Z178', 'duplicates are found in quadratic time', costOnly('compares-every-key-with-every-other')],
  ['Z179', 'a language tag is matched by backtracking', costOnly('backtracks-over-language-tags')],
  ['Z182', 'a match is remembered for a component', 'matches-once (Z363) is this one'],
  ['Z184', 'ids are not checked at boot', 'checks-ids-once (Z259) is this one'],
  ['Z186', 'only one component of several is matched', 'checks-the-first-component-only is this one'],
  ['Z189', 'parameters live on from update to boot', 'keeps-parameters-between-manifests (Z091) is this one'],
  ['Z191', 'the source of a copy is matched, not the copy', noSeam],
  ['Z192', 'unread bytes are put before the next delivery', 'deliveries are whole: there is no stream'],
  ['Z194', 'ids are compared over the shorter length', 'no attack that is built catches it: app.id.form varies what is wanted, not what the device has'],
  ['Z195', 'an empty delivery is a success', noSeam],
];

/** In the order of the working list. */
export const missingAnimals: readonly MissingAnimal[] = lines.flatMap(([handles, defect, why]) =>
  handles.split(' ').map((handle) => ({ handle, defect, why })),
);
