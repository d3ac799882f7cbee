/**
 * Clause ledger of draft-ietf-suit-manifest-37, §8.1 to §8.4.7: what the metadata looks like and means.
 *
 * @module
 */
import type { LedgerLine } from './ledger-line.ts';

// biome-ignore format: a table, one duty a line
export const structureLines: readonly LedgerLine[] = [
  // §8.1, §8.2
  ['m8.1-1', 'MUST', 'author', 'maps are in canonical order', 'valid.fetch valid.envelope.order', 'enc.map.order enc.map.order.rule env.order enc.nondet', 'keyOrder', 'not a recipient’s duty: binds the encoder; to refuse is allowed'],
  ['m8.1-s1', 'statement', 'author', 'each element of the envelope is wrapped in a byte string', 'valid.fetch', 'env.manifest.shape env.auth.shape', 'step:decode-envelope', 'not a recipient’s duty: binds the encoder'],
  // §8.3 authentication
  ['m8.3-s1', 'statement', 'recipient', 'the digest covers the manifest’s byte string, head included', 'valid.fetch valid.example.published', 'digest.mismatch digest.scope.content enc.head.rewrap diff.reencode', 'digestInput bound'],
  ['m8.3-1', 'MUST', 'both', 'the digest is always present', 'valid.fetch', 'env.auth.shape env.auth.absent', 'required'],
  ['m8.3-s2', 'statement', 'recipient', 'a processor requires an authentication block', 'valid.fetch', 'env.auth.digest-only env.auth.absent', 'required'],
  ['m8.3-2', 'MUST', 'author', 'the manifest is protected from creation to signing', '', 'digest.signer-toctou', '', 'not a recipient’s duty: custody at the author'],
  ['m8.3-s3', 'statement', 'recipient', 'a block’s payload is detached: the digest of the list', 'valid.fetch valid.auth.mac0', 'cose.payload.attached cose.payload.foreign cose.payload.double-wrap cose.payload.empty', 'detached toBeSigned'],
  ['m8.3-3', 'MUST', 'author', 'a signer verifies the digest before it signs', '', 'digest.signer-toctou', '', 'not a recipient’s duty: binds signing tools'],
  ['m8.3-4a', 'MUST', 'author', 'several blocks are computed over one digest', 'valid.auth.multi', 'digest.graft', '', 'not a recipient’s duty; each block is verified over the one digest'],
  ['m8.3-4b', 'MUST', 'author', 'several blocks differ in algorithm or authority', 'valid.auth.multi', 'env.auth.dup-block env.auth.threshold-dup', 'authorized', 'not a recipient’s duty; a threshold must count authorities all the same'],
  ['m8.3-5', 'MUST', 'author', 'the wrapper stands before the manifest', 'valid.fetch valid.envelope.order', 'env.order', 'keyOrder', 'not a recipient’s duty; to refuse is allowed'],
  ['m8.3-s4', 'statement', 'recipient', 'the algorithms are those of the profiles', 'valid.profiles.mti valid.auth.sign1 valid.auth.mac0', 'cose.alg.unknown cose.alg.legacy-id downgrade.alg.profile cose.alg.absent', 'algorithmFits'],
  // §8.4 manifest
  ['m8.4-1', 'RECOMMENDED', 'recipient', 'severable elements are implemented', 'valid.severed valid.text.places', 'sever.mismatch sever.absent-needed', 'severed needed'],
  ['m8.4-2', 'SHOULD', 'author', 'the text is severable', 'valid.text.places', '', '', 'not a recipient’s duty'],
  ['m8.4.1-1', 'REQUIRED', 'recipient', 'the version is implemented', 'valid.envelope.minimal', 'downgrade.version downgrade.old-draft', 'acceptsVersion'],
  ['m8.4.2-1', 'MUST', 'recipient', 'a number below the current one is refused', 'valid.fetch valid.sequence.number', 'rollback.sequence.lower rollback.sequence.wrap rollback.sequence.width replay.history replay.invoke-old replay.partial-set replay.unauth-altered toctou.parallel', 'acceptsSequence committed undisturbed'],
  ['m8.4.2-2', 'MAY', 'author', 'the number may be a UTC time', 'valid.fetch valid.sequence.number', 'rollback.sequence.jump', '', 'not a recipient’s duty'],
  ['m8.4.2-3', 'REQUIRED', 'recipient', 'the sequence number is implemented', 'valid.fetch valid.sequence.number', 'rollback.sequence.absent rollback.sequence.not-stored', 'acceptsSequence committed'],
  // §8.4.4 text
  ['m8.4.4-1', 'SHOULD', 'author', 'the text is severable', 'valid.text.places', '', '', 'not a recipient’s duty'],
  ['m8.4.4-2', 'MUST', 'author', 'each component in the text is in the component list', 'valid.text.places valid.text.maps', 'text.influence', '', 'not a recipient’s duty'],
  ['m8.4.4-3', 'MAY', 'author', 'each field of the text may be present', 'valid.text.places valid.text.maps', '', '', 'not a recipient’s duty'],
  ['m8.4.4-4', 'MUST', 'author', 'a field that is present is what the draft describes', 'valid.text.places valid.text.maps', 'enc.type.swap', '', 'not a recipient’s duty: the fields are for people'],
  ['m8.4.4-5', 'OPTIONAL', 'recipient', 'the text may be left unimplemented', 'valid.text.places valid.text.maps', 'sever.absent-unneeded text.influence res.text.huge', 'text'],
  // §8.4.5 common
  ['m8.4.5-1', 'REQUIRED', 'recipient', 'common is implemented', 'valid.common.forms', 'enc.type.swap', 'step:structure step:components'],
  ['m8.4.5-2', 'REQUIRED', 'recipient', 'the component list is implemented', 'valid.common.forms valid.component.ids', 'comp.unsupported comp.count', 'componentOf'],
  ['m8.4.5-3', 'RECOMMENDED', 'recipient', 'the shared sequence is implemented', 'valid.common.forms', 'app.check.missing seq.shared.rerun', 'sharedRuns'],
  ['m8.4.5.1-s1', 'statement', 'recipient', 'a component is identified by all the parts of its identifier', 'valid.common.forms valid.component.ids', 'comp.unsupported comp.id.boundary comp.id.path', 'componentOf'],
  // §8.4.6 sequences
  ['m8.4.6-1', 'MUST', 'recipient', 'the actions of a sequence are taken', 'valid.sections valid.commands.all', 'cond.fail-stops', 'commands step:procedure'],
  ['m8.4.6-2', 'OPTIONAL', 'recipient', 'payload-fetch may be left unimplemented', 'valid.severed', 'section.order', 'sections'],
  ['m8.4.6-3', 'OPTIONAL', 'recipient', 'install may be left unimplemented', 'valid.fetch', 'section.order', 'sections'],
  ['m8.4.6-4', 'REQUIRED', 'recipient', 'validate is implemented', 'valid.fetch', 'invoke.tampered', 'sections'],
  ['m8.4.6-5', 'OPTIONAL', 'recipient', 'load may be left unimplemented', 'valid.template.load', 'image.load', 'sections'],
  ['m8.4.6-6', 'OPTIONAL', 'recipient', 'invoke may be left unimplemented', 'valid.invoke', 'invoke.in-update', 'sections mayRun'],
  ['m8.4.6-7', 'MUST', 'recipient', 'each condition must hold; a failure is one of the procedure', 'valid.cond.ids', 'cond.fail-stops cond.abort', 'afterFailure'],
  ['m8.4.6-8', 'MUST', 'recipient', 'each directive is executed', 'valid.fetch valid.commands.all', 'seq.unknown seq.shape', 'unknown commands'],
  // §8.4.7 reporting policy
  ['m8.4.7-1', 'MAY', 'recipient', 'information on each command may be forwarded to a reporting engine', 'valid.policy', '', 'policy', 'a permission, to an interface within the device'],
  ['m8.4.7-2', 'MAY', 'recipient', 'the engine may ignore the policy', '', '', '', 'a permission'],
  ['m8.4.7-3', 'MUST', 'recipient', 'under index true or an array, the engine gets one set of information for each component, in order', '', 'report.index-order', ''],
  ['m8.4.7-4', 'MAY', 'recipient', 'the engine’s output may be the basis of an attestation report', '', '', '', 'a permission'],
  ['m8.4.7-5', 'MAY', 'recipient', 'the report may be the basis of log entries', '', '', '', 'a permission'],
];
