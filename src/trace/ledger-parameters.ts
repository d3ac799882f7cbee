/**
 * Clause ledger of draft-ietf-suit-manifest-37, §8.4.8: identifiers and parameters.
 *
 * @module
 */
import type { LedgerLine } from './ledger-line.ts';

// biome-ignore format: a table, one duty a line
export const parameterLines: readonly LedgerLine[] = [
  ['m8.4.8-s1', 'statement', 'recipient', 'a parameter belongs to one component; strict-order and soft-failure to none', 'valid.common.forms valid.params.all', 'index.scope app.check.component soft.scope.component', 'parametersOf'],
  // §8.4.8.2 identifiers
  ['m8.4.8.2-1', 'MAY', 'recipient', 'a recipient may have several vendor and class identifiers', 'valid.cond.ids', 'app.id.second app.id.component', 'identifierMatches'],
  ['m8.4.8.2-2', 'MUST NOT', 'both', 'identifiers are no assertion of identity', '', 'app.id.as-identity', 'rights'],
  ['m8.4.8.2-3', 'MUST', 'author', 'UUIDs are of version 3, 4 or 5', 'valid.cond.ids', 'app.id.special', '', 'not a recipient’s duty: equal bytes are equal'],
  ['m8.4.8.2-4', 'RECOMMENDED', 'author', 'a vendor id is made from the domain name', '', '', '', 'not a recipient’s duty'],
  ['m8.4.8.2-5', 'RECOMMENDED', 'author', 'a class id is made from the vendor’s UUID', '', '', '', 'not a recipient’s duty'],
  ['m8.4.8.2-6', 'RECOMMENDED', 'author', 'a class id is made from the vendor’s PEN', '', '', '', 'not a recipient’s duty'],
  ['m8.4.8.3-s1', 'statement', 'recipient', 'a vendor id is a PEN or a UUID', 'valid.cond.ids', 'app.vendor.pen app.id.form', 'identifierMatches'],
  ['m8.4.8.4-1', 'MUST', 'author', 'a class id is a UUID of §8.4.8.2', 'valid.cond.ids', 'app.id.form', '', 'not a recipient’s duty; another length matches no recipient'],
  ['m8.4.8.5-1', 'MUST', 'author', 'a device id is a UUID of §8.4.8.2', 'valid.cond.ids', 'app.id.form', '', 'not a recipient’s duty; another length matches no recipient'],
  // values
  ['m8.4.8.7-s1', 'statement', 'both', 'the size is in bytes, and not negative', 'valid.fetch', 'image.size.odd image.size.huge res.int.product', 'imageMatches mayGoOn'],
  ['m8.4.8.8-1', 'MUST', 'author', 'a slot is encoded as a positive integer', 'valid.template.ab valid.cond.slot', 'app.slot enc.type.swap', 'slotToWrite slotMatches', 'not a recipient’s duty'],
  ['m8.4.8.10-s1', 'statement', 'recipient', 'the URI is a URI reference', 'valid.fetch', 'fetch.uri.scheme fetch.uri.relative fetch.uri.parser', 'payloadFrom'],
  ['m8.4.8.12-1', 'MUST', 'author', 'invoke arguments are an opaque byte string', 'valid.invoke', 'param.args', 'argumentsOf', 'not a recipient’s duty'],
  // §8.4.8.14 strict order
  ['m8.4.8.14-1', 'MAY', 'author', 'strict-order may be false where the order does not matter', 'valid.strict.order', 'strict.serial', '', 'not a recipient’s duty'],
  ['m8.4.8.14-2', 'MUST', 'recipient', 'at the end of a sequence all its commands are complete', 'valid.strict.order', 'strict.serial', 'step:procedure'],
  ['m8.4.8.14-3', 'MUST', 'recipient', 'when strict-order is true again, all earlier commands complete first', 'valid.strict.order', 'strict.serial', 'step:procedure'],
  // §8.4.8.15 soft failure
  ['m8.4.8.15-1', 'MUST NOT', 'both', 'soft-failure is not set outside try-each and run-sequence; to do so aborts', '', 'soft.scope.top', 'softFlag'],
  ['m8.4.8.15-s1', 'statement', 'recipient', 'a nested sequence begins with its own default: true in try-each, false in run-sequence', 'valid.try.each valid.run.sequence', 'try.soft-false run.soft soft.scope.inherit', 'softFlag'],
  ['m8.4.8.15-s2', 'statement', 'recipient', 'on return the value from before is back', 'valid.run.sequence', 'soft.scope.restore soft.scope.leak', 'softFlag'],
  ['m8.4.8.15-s3', 'statement', 'recipient', 'a hard failure in try-each is the failure of try-each', '', 'try.soft-false', 'afterFailure'],
  // §8.4.8.16 custom
  ['m8.4.8.16-1', 'MUST NOT', 'both', 'no custom parameter in the shared sequence', '', 'seq.shared.custom', 'sharedAllows'],
  ['m8.4.8.16-2', 'MAY', 'recipient', 'a command may read a custom parameter', 'valid.custom', 'override.unknown', 'unknown'],
  ['m8.4.8.16-3', 'MUST', 'recipient', 'without it, standard commands do their work', 'valid.fetch valid.custom', '', 'step:procedure'],
  ['m8.4.8.16-4', 'MUST', 'recipient', 'to standard commands it is a hint only', '', 'override.unknown', ''],
];
