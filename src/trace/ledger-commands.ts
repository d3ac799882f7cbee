/**
 * Clause ledger of draft-ietf-suit-manifest-37, §8.4.9 to §8.4.11: conditions and directives.
 *
 * @module
 */
import type { LedgerLine } from './ledger-line.ts';

// biome-ignore format: a table, one duty a line
export const commandLines: readonly LedgerLine[] = [
  // §8.4.9 conditions
  ['m8.4.9-1', 'MUST', 'recipient', 'a condition reports a result', 'valid.cond.ids', 'cond.fail-stops', 'step:procedure'],
  ['m8.4.9-2', 'MUST', 'recipient', 'a failed condition ends the current sequence', '', 'cond.fail-stops cond.abort index.one-fails', 'afterFailure'],
  ['m8.4.9-3', 'MAY', 'recipient', 'under soft failure, what follows may go on', 'valid.try.each valid.run.sequence valid.cond.abort', 'run.soft try.exhausted', 'afterFailure nextBranch'],
  ['m8.4.9-4', 'MUST', 'author', 'what a condition reads is in a parameter before it runs', '', 'cond.no-param', '', 'not a recipient’s duty; the next row is'],
  ['m8.4.9-5', 'MUST', 'recipient', 'a condition whose parameter was not set reports a failure', '', 'cond.no-param cond.no-param.try', 'withoutParameter'],
  ['m8.4.9-6', 'MUST', 'recipient', 'an unknown condition reports a failure', '', 'seq.unknown seq.unknown.hidden seq.custom', 'unknown'],
  // §8.4.9.1 identifiers
  ['m8.4.9.1-1', 'MUST', 'author', 'the identifier is set before its condition', '', 'cond.no-param', '', 'not a recipient’s duty; without it the condition fails'],
  ['m8.4.9.1-2', 'MUST', 'recipient', 'the recipient matches the identifier, or the manifest is not valid for it', 'valid.cond.ids', 'app.id.mismatch app.id.form replay.cross-target app.check.component', 'identifierMatches'],
  ['m8.4.9.1-3', 'MAY', 'recipient', 'a component may match more than one identifier', 'valid.cond.ids', 'app.id.second app.id.component', 'identifierMatches'],
  ['m8.4.9.1-4', 'REQUIRED', 'recipient', 'class and vendor conditions are implemented', 'valid.cond.ids', 'app.id.mismatch', 'identifierMatches compatible'],
  ['m8.4.9.1-5', 'OPTIONAL', 'recipient', 'the device condition may be left unimplemented', 'valid.cond.ids', 'app.id.mismatch', 'identifierMatches'],
  ['m8.4.9.1-6', 'MUST', 'recipient', 'the processor knows its identifiers', 'valid.cond.ids', 'app.id.mismatch', 'identifierMatches'],
  ['m8.4.9.2-1', 'REQUIRED', 'recipient', 'image-match is implemented', 'valid.fetch valid.cond.image', 'fetch.arbitrary image.flip image.swap replay.payload-swapped digest.alg.mislabel', 'imageMatches digestMatches'],
  ['m8.4.9.2-s1', 'statement', 'recipient', 'image-match without a digest fails', '', 'cond.no-param', 'withoutParameter'],
  ['m8.4.9.2-s2', 'statement', 'recipient', 'image-match compares the component as it is now, with its own digest', 'valid.copy valid.cond.image', 'image.swap image.partial invoke.tampered toctou.rewrite image.extra', 'imageMatches'],
  ['m8.4.9.3-1', 'MUST', 'recipient', 'check-content takes constant time', 'valid.write valid.cond.content', 'content.timing', 'contentEquals'],
  ['m8.4.9.3-s1', 'statement', 'recipient', 'check-content compares every byte, and the length', 'valid.write valid.cond.content', 'content.prefix', 'contentEquals'],
  ['m8.4.9.4-s1', 'statement', 'recipient', 'the slot condition compares the current slot', 'valid.template.ab valid.cond.slot', 'app.slot diff.number', 'slotMatches'],
  ['m8.4.9.5-s1', 'statement', 'recipient', 'abort fails always', 'valid.cond.abort', 'cond.abort', 'step:procedure'],
  // §8.4.10 directives
  ['m8.4.10-1', 'MUST', 'recipient', 'a directive reports a result', 'valid.fetch valid.commands.all', 'directive.no-param', 'step:procedure'],
  ['m8.4.10-2', 'MUST', 'recipient', 'a failed directive ends the current sequence', '', 'directive.no-param fetch.fail try.directive-fails', 'afterFailure'],
  ['m8.4.10.1-s1', 'statement', 'recipient', 'an index is one of the manifest’s components', 'valid.common.forms valid.index.int', 'index.range index.type diff.number', 'selected integer'],
  ['m8.4.10.2-1', 'MAY', 'recipient', 'try-each may be implemented', 'valid.try.each', 'try.exhausted', 'nextBranch'],
  ['m8.4.10.2-s1', 'statement', 'recipient', 'branches are tried in order until one succeeds; if none does, try-each fails', 'valid.try.each', 'try.exhausted try.first-wins downgrade.forced-branch', 'nextBranch'],
  ['m8.4.10.2-s2', 'statement', 'both', 'a last branch of nil succeeds', 'valid.try.each', 'try.exhausted try.form', 'mayBeNil'],
  ['m8.4.10.3-s1', 'statement', 'recipient', 'override replaces what was set', 'valid.template.ab valid.override', 'seq.shared.rerun override.fresh', 'assign'],
  ['m8.4.10.4-1', 'MAY', 'recipient', 'a fetch may be left out where the digest is met already', '', 'fetch.shortcut.poison', 'shortcut'],
  ['m8.4.10.4-s1', 'statement', 'recipient', 'a fetch retrieves each selected component from its URI', 'valid.fetch valid.index.true', 'fetch.fail directive.no-param', 'payloadFrom'],
  ['m8.4.10.5-1', 'MAY', 'recipient', 'a copy may be left out where the digest is met already', 'valid.copy', '', ''],
  ['m8.4.10.5-s1', 'statement', 'recipient', 'a copy without its source fails', 'valid.copy', 'directive.no-param comp.source', 'source'],
  ['m8.4.10.6-s1', 'statement', 'recipient', 'write stores the content', 'valid.write', 'directive.no-param', 'step:procedure'],
  ['m8.4.10.7-1', 'MAY', 'recipient', 'the processor may be unloaded by an invocation', 'valid.invoke', '', 'step:procedure'],
  ['m8.4.10.7-2', 'MAY', 'recipient', 'the processor may go on after an invocation returns', '', 'invoke.helper', 'step:procedure'],
  ['m8.4.10.7-s1', 'statement', 'recipient', 'invoke runs the current component, its arguments passed on as they are', 'valid.invoke', 'param.args', 'mayRun'],
  ['m8.4.10.8-s1', 'statement', 'recipient', 'a failed condition ends the run sequence; under soft failure the command succeeds', 'valid.run.sequence', 'run.soft', 'afterFailure'],
  ['m8.4.10.9-s1', 'statement', 'recipient', 'swap exchanges source and target, and fails without its source', 'valid.swap', 'directive.no-param power.swap', 'source'],
  ['m8.4.11-1', 'OPTIONAL', 'recipient', 'custom commands may be left unimplemented', 'valid.custom', 'seq.custom', 'unknown'],
];
