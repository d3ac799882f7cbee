/**
 * Clause ledger of draft-ietf-suit-manifest-37, §4 to §7: what a manifest processor does.
 *
 * @module
 */
import type { LedgerLine } from './ledger-line.ts';

// biome-ignore format: a table, one duty a line
export const processingLines: readonly LedgerLine[] = [
  // §4.2 workflow
  ['m4.2-1a', 'MUST', 'recipient', 'a bootloader that invokes verifies the manifest’s authentication itself', 'valid.sections', 'cose.sig.flip toctou.stored', 'step:authenticate'],
  ['m4.2-1b', 'MUST', 'recipient', 'a bootloader that invokes checks applicability itself', 'valid.sections', 'app.id.mismatch app.boot.recheck', 'compatible identifierMatches'],
  ['m4.2-s1', 'statement', 'recipient', 'compatibility is checked before any other operation', 'valid.common.forms', 'app.id.mismatch app.check.missing app.check.late', 'compatible'],
  ['m4.2-s2', 'statement', 'recipient', 'payloads are validated before they are loaded, and images before they are invoked', 'valid.template.load', 'invoke.tampered image.load invoke.unvalidated toctou.image', 'mustCheck checkAgain'],
  ['m4.2-s3', 'statement', 'recipient', 'the procedure’s goals are reached in the stated order', 'valid.sections', 'section.order', 'sections'],
  // §5.2, §5.3 overview
  ['m5.2-s1', 'statement', 'recipient', 'an authentication block is a tagged COSE_Sign, Sign1, Mac or Mac0, with a detached payload', 'valid.auth.sign1 valid.auth.sign valid.auth.mac0 valid.auth.mac', 'env.auth.block-type cose.untagged cose.retag cose.sign.empty', 'detached macKey someOf'],
  ['m5.3.1-1', 'MAY', 'author', 'a URI of the full manifest may be given', 'valid.reference.uri', 'enc.text.utf8', '', 'not a recipient’s duty: what an author may add; nothing is asked of who reads it'],
  ['m5.3.2-1', 'MUST NOT', 'both', 'the shared sequence has no effect but on parameters', 'valid.common.forms', 'seq.shared.effect seq.shared.custom', 'sharedAllows'],
  ['m5.3.3-s1', 'statement', 'recipient', 'an update runs fetch, install, validate; an invocation validate, load, invoke', 'valid.sections', 'invoke.in-update section.order', 'sections mayRun'],
  ['m5.3.3-s2', 'statement', 'recipient', 'the shared sequence runs before each other sequence', 'valid.common.forms', 'seq.shared.rerun', 'sharedRuns'],
  ['m5.4-s1', 'statement', 'recipient', 'a severed element is the one that the manifest’s digest names, even among authentic ones', 'valid.severed', 'sever.mismatch sever.swap', 'severed'],
  ['m5.4-s2', 'statement', 'recipient', 'an element without use in the procedure may be gone', 'valid.severed valid.text.places', 'sever.absent-unneeded', 'needed'],
  // §6.1 setup
  ['m6.1-1a', 'MUST', 'recipient', 'the version is inspected before any sequence runs', 'valid.envelope.minimal', 'downgrade.version enc.type.core', 'acceptsVersion step:version'],
  ['m6.1-1b', 'MUST', 'recipient', 'an unsupported version is a failure', '', 'downgrade.version', 'acceptsVersion'],
  ['m6.1-2a', 'MUST', 'recipient', 'the sequence number is extracted before any sequence runs', 'valid.fetch valid.sequence.number', 'rollback.sequence.absent enc.type.core', 'step:sequence-number'],
  ['m6.1-2b', 'MUST', 'recipient', 'a rollback check is made with it', 'valid.fetch valid.sequence.number', 'rollback.sequence.lower rollback.sequence.wrap rollback.sequence.width replay.history replay.invoke-old', 'acceptsSequence'],
  ['m6.1-3', 'MUST', 'recipient', 'of several manifests the latest valid, authentic one is selected', 'valid.select', 'rollback.select.latest rollback.boot.older-slot', 'preference'],
  ['m6.1-4', 'MAY', 'recipient', 'if the latest fails, the next latest may be selected', '', 'rollback.select.fallback', ''],
  ['m6.1-5', 'MAY', 'recipient', 'failures may be retried before a manifest is given up', '', 'res.storm.auth power.boot-loop', ''],
  ['m6.1-6', 'MAY', 'other', 'a TEE may ask for a new installation in place of a fallback', '', '', '', 'a permission for one kind of environment; rollback.select.fallback records what a recipient does'],
  ['m6.1-s1', 'statement', 'recipient', 'parameter storage is cleared before the first command', 'valid.fetch', 'param.leak param.section', 'startTable'],
  ['m6.1-s2', 'statement', 'recipient', 'a manifest is excluded for an unsupported command, parameter or component, or a missing parameter or payload', '', 'seq.unknown override.unknown comp.unsupported directive.no-param fetch.fail fetch.uri.scheme', 'unknown source payloadFrom'],
  // §6.2 required checks
  ['m6.2-1', 'MUST', 'recipient', 'the manifest is authenticated before any of it is parsed or executed', 'valid.fetch valid.auth.mac0 valid.auth.multi valid.auth.headers', 'cose.sig.flip cose.sig.length cose.kid.spoof enc.bitflip fetch.before-auth env.auth.no-anchor replay.cross-key replay.retired-key rollback.sequence.unauth-advance', 'step:authenticate verify counts selectAnchors'],
  ['m6.2-2', 'MAY', 'recipient', 'an ACL may bound the rights that authenticity gives', 'valid.acl.models', 'app.id.as-identity comp.id.boundary', 'rights granted mayUse'],
  ['m6.2-3a', 'MUST', 'recipient', 'the component list is examined', 'valid.common.forms valid.component.ids', 'comp.unsupported comp.shape', 'step:components componentOf'],
  ['m6.2-3b', 'MUST', 'recipient', 'not more components are listed than the target has', 'valid.common.forms', 'comp.count', 'componentsFit'],
  ['m6.2-4', 'MUST', 'recipient', 'each listed component has storage for the supported parameters', 'valid.common.forms valid.params.all', 'res.count.params index.scope', 'startTable parametersOf'],
  ['m6.2-5', 'MAY', 'recipient', 'components may be processed one at a time', 'valid.serial', 'index.serial', ''],
  ['m6.2-6', 'SHOULD', 'recipient', 'the shared sequence is checked for a vendor and a class check', 'valid.common.forms', 'app.check.missing app.check.in-try', 'compatible'],
  ['m6.2-s1', 'statement', 'both', 'no custom commands in the shared sequence', '', 'seq.shared.custom', 'sharedAllows'],
  ['m6.2-7', 'MUST', 'both', 'with several components each sequence begins with set-component-index', 'valid.common.forms valid.index.array valid.index.true', 'index.missing index.missing.nested', 'beginsWithIndex startIndex'],
  ['m6.2-8', 'SHOULD', 'recipient', 'a component set is updated by one update, by an author with the rights', '', 'comp.set.partial replay.mixed-set', 'coversSet'],
  // §6.3 properties
  ['m6.3-1', 'MUST', 'recipient', 'an update ends in an error, or in a correct state that digests can confirm', 'valid.fetch valid.mixed', 'fetch.arbitrary fetch.fail image.swap image.size.huge fetch.integrated.large fetch.nodigest res.loop.true fetch.slow', 'mayGoOn fits withinBudget verified inTime'],
  ['m6.3-2', 'MUST', 'recipient', 'an invocation ends in an error, or in an invoked image', 'valid.invoke valid.sections valid.mixed', 'invoke.tampered image.partial replay.same.invoke', 'mustCheck'],
  ['m6.3-3', 'MUST', 'recipient', 'the same manifest has the same result on every recipient', 'valid.fetch valid.mixed', 'diff.repeat diff.same-meaning', 'step:procedure'],
  // §6.3.1 disruption
  ['m6.3.1-1', 'MUST', 'recipient', 'a manifest can be resumed, or applied again', 'valid.resume', 'replay.power-cut power.step power.swap power.double', 'step:commit'],
  ['m6.3.1-s1', 'statement', 'recipient', 'the device stays operable after a disruption', '', 'power.step power.commit net.drop app.slot.active', 'step:commit mayOverwrite'],
  // §6.4 abstract machine
  ['m6.4-1', 'MUST NOT', 'recipient', 'a condition has no effect but its result', 'valid.cond.ids', 'cond.pure', 'step:procedure'],
  ['m6.4-2', 'MAY', 'recipient', 'a directive may change parameters, interpreter state, or the component', 'valid.fetch', '', 'assign'],
  ['m6.4-3', 'MUST', 'recipient', 'a failed directive aborts, soft failure or not', '', 'try.directive-fails run.soft fetch.fail directive.no-param', 'afterFailure'],
  ['m6.4-s1', 'statement', 'recipient', 'a failed condition does not abort while soft failure is set', 'valid.try.each valid.cond.abort', 'run.soft cond.no-param.try', 'afterFailure'],
  ['m6.4-s2', 'statement', 'recipient', 'override sets a parameter, set before or not', 'valid.fetch valid.override', 'override.fresh', 'assign'],
  // §6.5 component index
  ['m6.5-1', 'MUST', 'recipient', 'an integer index is supported', 'valid.common.forms valid.index.int', 'index.range index.type', 'selected'],
  ['m6.5-2', 'MUST', 'recipient', 'with three or more components, an array of indices is supported', 'valid.index.array', 'index.range index.array.form', 'selected'],
  ['m6.5-3', 'MUST', 'recipient', 'with two or more components, the index true is supported', 'valid.index.true', 'index.true.scope', 'selected'],
  ['m6.5-s1', 'statement', 'recipient', 'a command runs on each selected component, in order', 'valid.index.array valid.index.true', 'index.order index.one-fails', 'selected componentsOf'],
  ['m6.5-s2', 'statement', 'recipient', 'try-each and run-sequence run once for each component, with an integer index', 'valid.try.each valid.run.sequence', 'try.per-component run.index-loop', 'passIndex'],
  // §6.6 serial
  ['m6.6-1', 'MAY', 'recipient', 'a constrained device may traverse the manifest once for each component', 'valid.serial', 'index.serial', 'turns'],
  // §6.7 parallel
  ['m6.7-1', 'MAY', 'recipient', 'strict-order may be used for parallel processing', 'valid.serial valid.strict.order', 'strict.serial', ''],
  ['m6.7-2', 'MUST', 'recipient', 'under strict-order true, commands run strictly in order', 'valid.fetch', 'index.order section.order', 'step:procedure'],
  ['m6.7-3', 'MAY', 'recipient', 'under strict-order false, commands may run in another order', 'valid.serial valid.strict.order', 'strict.serial', 'inAnyOrder'],
  ['m6.7-4', 'MAY', 'recipient', 'pending commands may be queued', 'valid.serial', 'strict.serial', ''],
  ['m6.7-5', 'MAY', 'recipient', 'queued commands may be issued before the queue is complete', '', 'strict.serial', ''],
  ['m6.7-6', 'MUST', 'recipient', 'override, strict-order true and set-component-index are barriers', 'valid.serial valid.strict.order', 'strict.serial', 'isBarrier step:procedure'],
  ['m6.7-7', 'MAY', 'other', 'extensions may change the list of barriers', '', '', '', 'binds extensions, none of which the base draft has'],
  ['m6.7-8', 'MUST NOT', 'both', 'under strict-order false, no component is both source and target', '', 'strict.race', 'mayOverlap'],
  ['m6.7-9', 'MUST', 'recipient', 'a race that is detected aborts', '', 'strict.race', 'mayOverlap'],
  ['m6.7-10', 'MAY', 'recipient', 'run-sequence arguments may run in parallel', 'valid.serial', 'strict.serial', ''],
  ['m6.7-11', 'MUST', 'both', 'under strict-order false and an integer index, a run-sequence argument begins with set-component-index', '', 'strict.run-index', 'mayRunParallel'],
  ['m6.7-12', 'MUST', 'recipient', 'a further set-component-index in such an argument aborts', '', 'strict.run-index', 'mayIndex'],
  // §7 creating manifests
  ['m7-1', 'MUST', 'author', 'each parameter is set before the command that reads it', '', 'directive.no-param cond.no-param', '', 'not a recipient’s duty; §6.1 and §8.4.9 say what a recipient does'],
  ['m7-2', 'MUST', 'author', 'under index true, they are set for each component', '', 'app.check.component', '', 'not a recipient’s duty; §6.1 and §8.4.9 say what a recipient does'],
  ['m7-3', 'MUST', 'author', 'a digest is set by override-parameters', '', 'image.digest.via-set', '', 'not a recipient’s duty'],
  ['m7.5-1', 'MAY', 'author', 'a payload may be placed in the envelope', 'valid.fetch.integrated', '', '', 'not a recipient’s duty'],
  ['m7.5-2', 'MUST', 'author', 'its key is a text string', 'valid.fetch.integrated', 'diff.key.text env.key.unknown', '', 'not a recipient’s duty'],
  ['m7.5-3', 'MUST', 'author', 'the payload is a byte string', 'valid.fetch.integrated', 'env.payload.nonbstr', '', 'not a recipient’s duty'],
  ['m7.5-4', 'MAY', 'author', 'its URI may be a fragment alone', 'valid.fetch.integrated', 'fetch.fragment.missing', '', 'not a recipient’s duty'],
  ['m7.5-5', 'MAY', 'other', 'an intermediary may fetch a payload and add it under its URI', 'valid.fetch.integrated', 'fetch.shadow', '', 'binds the intermediary'],
  ['m7.5-s1', 'statement', 'recipient', 'a URI that is a key of the envelope names that payload', 'valid.fetch.integrated', 'fetch.shadow fetch.fragment.missing replay.payload-swapped', 'payloadFrom'],
];
