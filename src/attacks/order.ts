/**
 * The order in which a round tries the attacks: those first that caught most of one half of the zoo. It is the same
 * for all verifiers, and a short run is the beginning of a longer one.
 *
 * @module
 */
import type { AnyAttack } from './attack.ts';

// biome-ignore format: a table, printed by bench/learn-order.ts
export const attackOrder: readonly string[] = [
  'directive.no-param', 'power.step', 'fetch.fragment.missing', 'cose.payload.attached', 'param.leak',
  'rollback.sequence.wrap', 'index.order', 'toctou.stored', 'comp.unsupported', 'env.auth.absent',
  'enc.length.straddle', 'fetch.integrated.large', 'env.auth.threshold-dup', 'rollback.sequence.not-stored',
  'downgrade.alg.mac-for-sig', 'index.missing', 'env.payload.nonbstr', 'seq.shared.custom', 'seq.unknown',
  'try.directive-fails', 'fetch.shortcut.poison', 'cose.hdr.protected-empty', 'try.per-component',
  'cose.alg.conflict', 'rollback.select.latest', 'try.soft-false', 'soft.scope.top', 'soft.scope.leak',
  'enc.map.order', 'enc.text.utf8', 'enc.tag.extra', 'app.id.component', 'index.range', 'strict.race',
  'fetch.endless', 'fetch.nodigest', 'diff.null-absent', 'seq.shared.rerun', 'invoke.unvalidated',
  'env.manifest.shape', 'replay.invoke-old', 'app.boot.recheck', 'diff.key.text', 'toctou.rewrite',
  'cose.mac.kek-reuse', 'app.check.component', 'comp.count', 'index.scope', 'image.swap', 'sever.swap',
  'sever.both', 'replay.cross-target', 'run.index-loop', 'image.flip', 'image.size.huge', 'content.prefix',
  'content.timing', 'param.section', 'env.auth.threshold-strip', 'cose.kid.shared', 'cose.hsslms.malformed',
  'cose.mac.recipients', 'sever.mismatch', 'sever.absent-needed', 'downgrade.alg.strip-strong',
  'index.one-fails', 'image.extra', 'power.double', 'cose.alg.hmac-with-public', 'cose.alg.short-mac',
  'digest.len', 'digest.alg.unsupported', 'rollback.sequence.lower', 'rollback.payload-as-old',
  'replay.power-cut', 'downgrade.component', 'downgrade.forced-branch', 'app.vendor.pen', 'seq.custom',
  'section.order', 'image.precursor', 'enc.type.swap', 'cose.sig.high-s', 'cose.payload.foreign',
  'cose.hdr.crit', 'digest.scope.content', 'rollback.sequence.width', 'rollback.sequence.unauth-advance',
  'replay.payload-swapped', 'seq.shared.effect', 'cond.fail-stops', 'run.soft', 'invoke.in-update',
  'fetch.uri.scheme', 'power.swap', 'diff.same-meaning', 'env.auth.block-type', 'cose.retag', 'cose.untagged',
  'cose.alg.key-type', 'cose.alg.key-bound', 'cose.hdr.crit-misplaced', 'cose.mac.anonymous',
  'cose.payload.empty', 'rollback.sequence.boot-advance', 'replay.cross-key', 'replay.partial-set',
  'replay.unauth-altered', 'app.check.late', 'app.slot', 'comp.source', 'index.serial', 'index.true.scope',
  'cond.no-param', 'strict.serial', 'strict.run-index', 'image.format', 'fetch.arbitrary', 'fetch.fail',
  'fetch.before-auth', 'fetch.uri.relative', 'power.commit', 'diff.number', 'enc.truncate',
  'enc.truncate.inner', 'enc.malformed', 'enc.head.rewrap', 'enc.map.dup.signed', 'enc.trailing.wrapped',
  'env.auth.digest-only', 'env.auth.shape', 'env.auth.dup-block', 'env.auth.no-anchor', 'cose.context',
  'cose.external-aad', 'cose.alg.unprotected-only', 'cose.alg.absent', 'cose.hdr.protected-shape',
  'cose.sign.empty', 'digest.mismatch', 'digest.recomputed', 'digest.graft', 'replay.same.invoke',
  'replay.retired-key', 'replay.split', 'downgrade.version', 'app.id.mismatch', 'app.id.form',
  'app.check.missing', 'comp.shape', 'index.type', 'seq.shape', 'seq.arg', 'cond.abort', 'image.partial',
  'image.load', 'diff.dup', 'diff.second-item', 'enc.count.over', 'enc.type.core', 'enc.bitflip',
  'env.auth.strip-redundant', 'env.bare-manifest', 'env.order', 'env.tag.wrong', 'cose.sig.flip',
  'cose.alg.unknown', 'cose.kid.spoof', 'cose.hdr.dup', 'cose.hdr.unknown-unprotected', 'cose.hdr.embedded-key',
  'digest.alg.weak', 'digest.alg.mislabel', 'sever.absent-unneeded', 'rollback.sequence.jump',
  'rollback.sequence.inapplicable-advance', 'rollback.boot.older-slot', 'app.id.second', 'soft.scope.restore',
  'soft.scope.inherit', 'invoke.tampered', 'diff.reencode',
];

const place: ReadonlyMap<string, number> = new Map(attackOrder.map((id, i) => [id, i]));

/** The attacks of the table in its order, then the others in theirs; last those that only a crash could fail. */
export function inLearnedOrder(attacks: readonly AnyAttack[]): readonly AnyAttack[] {
  return attacks.toSorted(byLearnedOrder);
}

export function byLearnedOrder(a: AnyAttack, b: AnyAttack): number {
  return rank(a) - rank(b);
}

function rank(attack: AnyAttack): number {
  if (isOpen(attack)) return place.size + 1;
  return place.get(attack.id) ?? place.size;
}

/** Either answer is allowed and no effect is prohibited: only a crash could be a fault. */
export function isOpen({ expects }: AnyAttack): boolean {
  return expects.every(({ strength, prohibits }) => strength === 'policy' && prohibits === undefined);
}
