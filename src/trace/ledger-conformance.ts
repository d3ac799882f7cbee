/**
 * Clause ledger of draft-ietf-suit-manifest-37, §8.4.12 to appendix A: integrity, conformance, CDDL.
 *
 * @module
 */
import type { LedgerLine } from './ledger-line.ts';

// biome-ignore format: a table, one duty a line
export const conformanceLines: readonly LedgerLine[] = [
  ['m8.4.12-s1', 'statement', 'recipient', 'a severed element’s digest covers its whole byte string', 'valid.severed', 'sever.mismatch enc.head.rewrap', 'digestInput severed'],
  ['m8.4.12-s2', 'statement', 'recipient', 'an element of the envelope stands for the manifest’s digest under the same key, and for no other', 'valid.severed', 'sever.swap sever.unlisted sever.both', 'severed'],
  // §8.5 conditions
  ['m8.5-1', 'REQUIRED', 'recipient', 'condition: vendor identifier', 'valid.cond.ids', 'app.id.mismatch', 'identifierMatches'],
  ['m8.5-2', 'REQUIRED', 'recipient', 'condition: class identifier', 'valid.cond.ids', 'app.id.mismatch', 'identifierMatches'],
  ['m8.5-3', 'OPTIONAL', 'recipient', 'condition: device identifier', 'valid.cond.ids', 'app.id.mismatch', 'identifierMatches'],
  ['m8.5-4', 'REQUIRED', 'recipient', 'condition: image match', 'valid.fetch valid.cond.image', 'fetch.arbitrary', 'imageMatches'],
  ['m8.5-5', 'OPTIONAL', 'recipient', 'condition: check content', 'valid.write valid.cond.content', 'content.prefix', 'contentEquals'],
  ['m8.5-6', 'OPTIONAL', 'recipient', 'condition: component slot', 'valid.template.ab valid.cond.slot', 'app.slot', 'slotMatches'],
  ['m8.5-7', 'OPTIONAL', 'recipient', 'condition: abort', 'valid.cond.abort', 'cond.abort', 'step:procedure'],
  ['m8.5-8', 'OPTIONAL', 'recipient', 'condition: custom', 'valid.custom', 'seq.custom', 'unknown'],
  // §8.5 directives
  ['m8.5-9', 'REQUIRED', 'recipient', 'directive, with several components: set component index', 'valid.common.forms valid.index.int', 'index.missing', 'selected'],
  ['m8.5-10', 'OPTIONAL', 'recipient', 'directive: write', 'valid.write', 'directive.no-param', 'step:procedure'],
  ['m8.5-11', 'OPTIONAL', 'recipient', 'directive: try each', 'valid.try.each', 'try.exhausted', 'nextBranch'],
  ['m8.5-12', 'REQUIRED', 'recipient', 'directive: override parameters', 'valid.fetch valid.override', 'cond.no-param', 'assign'],
  ['m8.5-13', 'REQUIRED', 'recipient', 'directive of an updater: fetch', 'valid.fetch', 'fetch.fail', 'payloadFrom'],
  ['m8.5-14', 'OPTIONAL', 'recipient', 'directive: copy', 'valid.copy', 'directive.no-param', 'source'],
  ['m8.5-15', 'REQUIRED', 'recipient', 'directive of a bootloader: invoke', 'valid.invoke', 'invoke.tampered', 'mayRun'],
  ['m8.5-16', 'OPTIONAL', 'recipient', 'directive: run sequence', 'valid.run.sequence', 'run.soft', 'step:procedure'],
  ['m8.5-17', 'OPTIONAL', 'recipient', 'directive: swap', 'valid.swap', 'directive.no-param', 'source'],
  // §8.5 parameters
  ['m8.5-18', 'REQUIRED', 'recipient', 'parameter: vendor id', 'valid.cond.ids', 'app.id.mismatch', 'identifierMatches'],
  ['m8.5-19', 'REQUIRED', 'recipient', 'parameter: class id', 'valid.cond.ids', 'app.id.mismatch', 'identifierMatches'],
  ['m8.5-20', 'REQUIRED', 'recipient', 'parameter: image digest', 'valid.fetch valid.cond.image', 'fetch.arbitrary', 'imageMatches'],
  ['m8.5-21', 'REQUIRED', 'recipient', 'parameter: image size', 'valid.fetch valid.cond.image', 'image.size.odd', 'imageMatches mayGoOn'],
  ['m8.5-22', 'OPTIONAL', 'recipient', 'parameter: component slot', 'valid.template.ab valid.cond.slot', 'app.slot', 'slotMatches'],
  ['m8.5-23', 'OPTIONAL', 'recipient', 'parameter: content', 'valid.write valid.cond.content', 'content.prefix', 'contentEquals'],
  ['m8.5-24', 'REQUIRED', 'recipient', 'parameter of an updater: URI', 'valid.fetch', 'directive.no-param', 'payloadFrom'],
  ['m8.5-25', 'OPTIONAL', 'recipient', 'parameter: source component', 'valid.copy', 'directive.no-param', 'source'],
  ['m8.5-26', 'OPTIONAL', 'recipient', 'parameter: invoke arguments', 'valid.invoke', 'param.args', 'step:procedure'],
  ['m8.5-27', 'OPTIONAL', 'recipient', 'parameter: device id', 'valid.cond.ids', 'app.id.mismatch', 'identifierMatches'],
  ['m8.5-28', 'OPTIONAL', 'recipient', 'parameter: strict order', 'valid.strict.order', 'strict.serial', 'step:procedure'],
  ['m8.5-29', 'OPTIONAL', 'recipient', 'parameter: soft failure', 'valid.run.sequence', 'soft.scope.top', 'softFlag'],
  ['m8.5-30', 'OPTIONAL', 'recipient', 'parameter: custom', 'valid.custom', 'override.unknown', 'unknown'],
  // §8.6 severing
  ['m8.6-1', 'MAY', 'author', 'an element may be made severable', 'valid.severed', 'diff.same-meaning', '', 'not a recipient’s duty'],
  ['m8.6-2', 'MUST', 'author', 'elements are made severable before the manifest is signed', 'valid.severed', '', '', 'not a recipient’s duty'],
  ['m8.6-3', 'SHOULD NOT', 'author', 'an element smaller than a digest is not made severable', '', '', '', 'not a recipient’s duty'],
  ['m8.6-4', 'MAY', 'author', 'a larger element may be', 'valid.severed', '', '', 'not a recipient’s duty'],
  ['m8.6-5', 'SHOULD', 'author', 'a much larger element is', 'valid.severed', '', '', 'not a recipient’s duty'],
  ['m8.6-s1', 'statement', 'recipient', 'a procedure that needs a severed element which is gone cannot succeed', '', 'sever.absent-needed', 'needed'],
  // §9, §10
  ['m9-1', 'RECOMMENDED', 'recipient', 'rights follow one of three models: one key, rights on components, rights on commands', 'valid.fetch valid.acl.models', 'env.auth.threshold-strip app.id.as-identity comp.id.boundary comp.id.path acl.write acl.read acl.digest-ok acl.command acl.branch acl.union', 'entitled rights authorized granted isUnder mayUse'],
  ['m10-1', 'MUST', 'recipient', 'SHA-256 is implemented', 'valid.fetch', 'digest.mismatch', 'hash'],
  ['m10-2', 'MAY', 'recipient', 'other registered digest algorithms may be', 'valid.digest.algs', 'digest.alg.unsupported digest.alg.weak digest.alg.mislabel', 'offers hash'],
  ['m10-s1', 'statement', 'recipient', 'a digest is an algorithm and the bytes that it makes', 'valid.fetch', 'digest.len digest.array.extra', 'digestLength digestMatches'],
  // appendix A
  ['mA-1', 'MUST', 'author', 'a manifest has the form of the CDDL', 'valid.envelope.minimal valid.example.published', 'enc.type.swap enc.type.core env.tag.wrong env.key.unknown-manifest diff.null-absent', 'step:structure', 'not a recipient’s duty; required checks that the form makes impossible fail'],
  ['mA-2', 'MUST', 'other', 'the COSE CDDL is appended to it', '', '', '', 'binds who checks documents with the CDDL'],
  ['mA-s1', 'CDDL', 'recipient', 'SHA-256 is required to implement', 'valid.fetch', 'digest.mismatch', 'hash'],
  ['mA-s2', 'CDDL', 'recipient', 'four further digest algorithms are optional to implement', 'valid.digest.algs', 'digest.alg.unsupported', 'offers hash'],
  ['mA-s3', 'CDDL', 'author', 'the envelope bears tag 107', 'valid.fetch valid.example.published', 'env.tag.none env.tag.wrong env.bare-manifest', 'step:decode-envelope', 'not a recipient’s duty: the start rule is open'],
  ['mA-s4', 'CDDL', 'author', 'shared, load, invoke and validate are no digests', '', 'sever.unseverable', 'step:severed-members', 'not a recipient’s duty; what cannot be read cannot be run'],
  ['mA-s5', 'CDDL', 'author', 'a try-each has two branches or more, nil only as the last', 'valid.try.each', 'try.form', 'mayBeNil', 'not a recipient’s duty'],
  ['mA-s6', 'CDDL', 'author', 'a policy is four bits, an argument of its command’s type', 'valid.fetch valid.policy', 'seq.arg index.type', 'policy', 'not a recipient’s duty'],
  ['mA-s7', 'CDDL', 'author', 'a sequence is of commands with their arguments, one at least', 'valid.fetch', 'seq.shape', 'commands step:command-sequences', 'not a recipient’s duty; a command without its argument cannot be run'],
  ['mA-s8', 'CDDL', 'author', 'the component list, where there is one, names one component or more, each by byte strings', 'valid.common.forms', 'comp.shape', 'step:components', 'not a recipient’s duty'],
  ['mA-s9', 'CDDL', 'author', 'private commands and parameters have negative codes', 'valid.custom', 'seq.custom', 'unknown', 'not a recipient’s duty'],
];
