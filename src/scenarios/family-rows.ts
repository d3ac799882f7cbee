/**
 * The valid families of the working list as data: every row V01 to V63, drawn or not yet.
 *
 * @module
 */

import type { documents } from '../suit/clause.ts';
import { validFamilies, validFamilyIds } from './families.ts';
import { familyDraws } from './family-draws.ts';

export interface FamilyRow {
  readonly handle: string;
  readonly id: string;
  /** What is generated and must be accepted. */
  readonly change: string;
  readonly clauses: readonly { readonly doc: keyof typeof documents; readonly section: string }[];
}

/** Why a family cannot be drawn; absent: it is. */
export function notDrawn(row: FamilyRow): string | undefined {
  if (Object.hasOwn(familyDraws, row.id) || validFamilies.some(({ id }) => id === row.id)) return undefined;
  const [clause] = row.clauses;
  const known = reasons[row.handle];
  if (known !== undefined) return known;
  return clause?.doc === 'manifest' || clause?.doc === 'mti'
    ? 'no scenario is drawn for it yet'
    : `needs ${clause?.doc}, an extension that is not built`;
}

const reasons: Readonly<Record<string, string>> = {
  V55: 'delegation is not built',
};

// biome-ignore format: a table, one row a line
const lines: readonly (readonly [handle: string, id: string, clauses: string, change: string])[] = [
  ['V00', 'mixed', 'manifest:6.3', 'everything below mixed freely: one to eight components, any depth, index form and section'],
  ['V01', 'example.published', 'manifest:B', 'the six published examples, byte for byte'],
  ['V02', 'example.extensions', 'trust-domains:B firmware-encryption:9', 'the valid examples of the extensions'],
  ['V03', 'envelope.minimal', 'manifest:8.2 manifest:A', 'wrapper and manifest with version, sequence number and common alone; then each optional member alone, and all'],
  ['V04', 'envelope.order', 'manifest:8.1 cbor:4.2.1', 'envelope keys by encoded bytes: integers ascending, then texts, the shorter first'],
  ['V05', 'auth.sign1', 'manifest:8.3 mti:3', 'COSE_Sign1 with each signature algorithm'],
  ['V06', 'auth.sign', 'manifest:8.3 cose:4.1', 'COSE_Sign with one or more trusted signatures'],
  ['V07', 'auth.mac0', 'mti:3.1', 'COSE_Mac0 with HMAC-256'],
  ['V08', 'auth.mac', 'manifest:8.3 cose:6', 'COSE_Mac with one recipient, direct or A128KW'],
  ['V09', 'auth.multi', 'manifest:8.3', 'several good blocks over one digest'],
  ['V10', 'auth.headers', 'cose:3.1', 'kid absent, protected or unprotected; unknown unprotected labels'],
  ['V11', 'profiles.mti', 'mti:3', 'the MTI profiles end to end'],
  ['V12', 'digest.algs', 'manifest:10 hash-algorithms:3', 'each digest algorithm in wrapper, images and severed elements'],
  ['V13', 'sequence.number', 'manifest:8.4.2', '0 on a fresh device, equal at reboot, steps and gaps, UTC seconds, the ends of integer types up to 2^64-1'],
  ['V14', 'reference.uri', 'manifest:8.4.3', 'a reference URI: absolute, relative, long'],
  ['V15', 'text.maps', 'manifest:8.4.4', 'one to five language tags, any manifest and component text keys, private ones too'],
  ['V16', 'text.places', 'manifest:8.6', 'text inline, severed and present, severed and gone, absent'],
  ['V17', 'common.forms', 'manifest:8.4.5', 'shared sequence with the id checks alone or with more, for one component or several'],
  ['V18', 'component.ids', 'manifest:8.4.5.1', 'component identifiers of one byte, paths, shared prefixes, long paths; up to eight of them'],
  ['V19', 'sections', 'manifest:8.4.6 manifest:6.3', 'each subset of the five sections; load and invoke only with validate; boots with invoke'],
  ['V20', 'severed', 'manifest:8.6', 'payload-fetch and install severed: present for the update, gone for the boot'],
  ['V21', 'policy', 'manifest:8.4.7', 'every reporting policy 0 to 15 on every command that takes one'],
  ['V22', 'cond.ids', 'manifest:8.4.9.1', 'vendor as UUID or PEN, class and device ids, several per component, UUID versions 3, 4 and 5'],
  ['V23', 'cond.image', 'manifest:8.4.9.2', 'image-match with and without image-size'],
  ['V24', 'cond.content', 'manifest:8.4.9.3', 'check-content of equal bytes, and of an empty component'],
  ['V25', 'cond.slot', 'manifest:8.4.9.4', 'component-slot with the current slot, 0 included'],
  ['V26', 'cond.abort', 'manifest:8.4.9.5', 'abort inside a branch or sequence that is left softly'],
  ['V27', 'index.int', 'manifest:7 manifest:8.4.10.1', 'integer index; no index with one component'],
  ['V28', 'index.array', 'manifest:6.5', 'arrays of indices on three components and more, in any order'],
  ['V29', 'index.true', 'manifest:6.5', 'index true on two components and more'],
  ['V30', 'try.each', 'manifest:8.4.10.2', 'two to five branches; the first, a middle or the last wins, or nil; nested; apart for each component'],
  ['V31', 'override', 'manifest:8.4.10.3', 'each parameter set, several at once, replaced later, for one component or several at once'],
  ['V32', 'fetch', 'manifest:8.4.10.4', 'http, https, coap, coaps; with arguments; of a target that matches already; digest set before or after'],
  ['V33', 'fetch.integrated', 'manifest:7.5', 'payloads in the envelope under a fragment or an absolute URI, and some that nothing asks for'],
  ['V34', 'copy', 'manifest:8.4.10.5 manifest:7.6', 'between components, under an array, from second slot to second slot, from storage to memory'],
  ['V35', 'swap', 'manifest:8.4.10.9', 'two components swapped and checked'],
  ['V36', 'write', 'manifest:8.4.10.6', 'content written and checked'],
  ['V37', 'invoke', 'manifest:8.4.10.7', 'with and without arguments; a helper that returns, once or twice'],
  ['V38', 'run.sequence', 'manifest:8.4.10.8', 'plain, nested, once for each component, soft with a failing condition'],
  ['V39', 'strict.order', 'manifest:6.7', 'strict order false for independent components: plain, in runs, under an array; then true again'],
  ['V40', 'custom', 'manifest:8.4.11', 'private conditions and directives with a private parameter on a recipient that has them'],
  ['V41', 'commands.all', 'manifest:8.4.9 manifest:8.4.10', 'every command code in every section where it may stand'],
  ['V42', 'params.all', 'manifest:8.4.8', 'parameters at the limits of what the recipient holds'],
  ['V43', 'template.ab', 'manifest:7.7', 'the A/B template, for download and for boot, with either slot current'],
  ['V44', 'template.load', 'manifest:7.4 manifest:7.6', 'staged, installed, loaded into memory, invoked'],
  ['V45', 'resume', 'manifest:6.3.1', 'redelivery after a power cut at every step'],
  ['V46', 'select', 'manifest:6.1', 'several manifests at hand, the newest is run'],
  ['V47', 'serial', 'manifest:6.6 manifest:6.7', 'independent components, the same result whether processed serially or in parallel'],
  ['V48', 'dep.fetch', 'trust-domains:5.4 trust-domains:8.1', 'a dependency fetched, checked, processed in every section'],
  ['V49', 'dep.integrated', 'trust-domains:8.1.1', 'a dependency in the envelope under its URI'],
  ['V50', 'dep.prefix', 'trust-domains:5.4.1', 'a component prefix for a second processor'],
  ['V51', 'dep.set', 'trust-domains:5.6.1', 'set-parameters presets; overrides are kept'],
  ['V52', 'dep.multi', 'trust-domains:8.4', 'several dependencies, shared ones, in lockstep'],
  ['V53', 'dep.sections', 'trust-domains:5 trust-domains:6 trust-domains:7', 'dependency-resolution, candidate-verification, uninstall, manifest-component-id, unlink'],
  ['V54', 'acl.models', 'manifest:9', 'access control by key, prefix, command and parameter'],
  ['V55', 'delegation', 'information-model:3.25', 'one to three delegation tokens from anchor to signer'],
  ['V56', 'um.conditions', 'update-management:5', 'use-before, not-match, battery, authorized, version conditions that hold'],
  ['V57', 'um.wait', 'update-management:4.5', 'each wait event, and several at once'],
  ['V58', 'um.params', 'update-management:5.7 update-management:5.8 update-management:4.6', 'override-multiple, copy-params, component metadata'],
  ['V59', 'um.metadata', 'update-management:3', 'set-version, CoSWID, version texts'],
  ['V60', 'crypt.kw', 'firmware-encryption:5.1 firmware-encryption:6', 'AES key wrap with each content algorithm'],
  ['V61', 'crypt.esdh', 'firmware-encryption:5.2', 'ECDH-ES with A128KW'],
  ['V62', 'crypt.two-layer', 'firmware-encryption:3 trust-domains:8.3', 'distributor root with an author’s dependency'],
  ['V63', 'report.forms', 'report:4 report:8', 'success, failure and capability reports, protected'],
];

export const familyRows: readonly FamilyRow[] = lines.map(([handle, id, clauses, change]) => ({
  handle,
  id: `valid.${id}`,
  change,
  clauses: clauses.split(' ').map((clause) => {
    const [doc, section] = clause.split(':') as [keyof typeof documents, string];
    return { doc, section };
  }),
}));

/** Ids of all families that are drawn: of the rows, and those that plans fall into beside them. */
export const drawnFamilyIds: readonly string[] = [
  ...new Set([
    ...validFamilyIds,
    ...familyRows.filter((row) => notDrawn(row) === undefined).map(({ id }) => id),
  ]),
];
