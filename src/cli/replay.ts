/**
 * `gauntlet replay`: one stored case against any verifier.
 *
 * @module
 */
import { replayable } from '../attacks/replayable.ts';
import { BenchError } from '../bench-error.ts';
import type { CoseKey } from '../cose/key.ts';
import { readKeyFile } from '../cose/key-files.ts';
import type { Recipient } from '../device/recipient.ts';
import { escapeText } from '../escape-text.ts';
import { unclaimed } from '../harness/claims-fit.ts';
import { needsOfRun } from '../harness/corpus.ts';
import { caseFromFile, type StoredCase } from '../harness/finding.ts';
import { judgeControl, summary } from '../harness/judge.ts';
import { underCeiling } from '../harness/room.ts';
import { ControlCache, tryCase } from '../harness/trial.ts';
import type { Ruling } from '../harness/verdict.ts';
import type { Run } from '../scenarios/scenario.ts';
import { cite } from '../suit/clause.ts';
import type { Host, MemoryLimit } from '../verifiers/host.ts';
import type { Config } from './config.ts';
import { readJson } from './files.ts';
import { type HostChoices, openOne } from './open-verifiers.ts';

export interface ReplayOptions {
  readonly verifier?: readonly string[];
  readonly config?: Config;
  readonly key?: string;
  readonly deadline: number;
  readonly memory: MemoryLimit;
  readonly class?: string;
  /** Instructions that one delivery may take, of a WebAssembly module. */
  readonly steps?: number;
  readonly format: 'text' | 'json';
}

/** Exit status 1: the failure is still there. */
export async function runReplay(file: string, options: ReplayOptions): Promise<number> {
  const stored = withKey(caseFromFile(readJson(file, 'stored case'), file), options.key);
  for (const spec of options.verifier ?? []) demandReset(spec, options.config);
  const results = [];
  for (const spec of options.verifier ?? ['reference']) results.push(await replay(stored, spec, options));
  if (options.format === 'json') process.stdout.write(`${JSON.stringify(results, null, 1)}\n`);
  else
    for (const one of results)
      process.stdout.write(
        `${escapeText(one.verifier)}: ${one.verdict}${one.kind ? ` (${one.kind})` : ''}\n  ${stored.attack}, ${cite(stored.expect.clause)}, ${stored.expect.strength}\n  ${escapeText(one.note)}\n`,
      );
  return results.some((one) => one.verdict === 'failed') ? 1 : 0;
}

/** A case begins on a device in the state that it says. */
function demandReset(spec: string, config: Config | undefined): void {
  const entry = config?.entries.find(({ name }) => name === spec);
  if (entry?.entry.reset === undefined) return;
  throw new BenchError(
    'usage',
    `${escapeText(entry.file)}: verifiers.${spec}.reset: this device cannot be set back, so a stored case cannot be made again on it: its sequence numbers are past. Replay it on a verifier of the same code that can be set back (without reset), or run its attack anew: gauntlet run -v ${spec} --only ATTACK`,
  );
}

/** The stored case once more. Throws BenchError `attack-unknown`. */
export async function replay(stored: StoredCase, spec: string, options: HostChoices) {
  const attack = replayable.find((one) => one.id === stored.attack && one.family !== 'valid');
  // A stored control has no attack of its own.
  const isControl =
    stored.attack === 'valid' || stored.attack.startsWith('valid.') || stored.attack === 'given';
  if (attack === undefined && !isControl)
    throw new BenchError(
      'attack-unknown',
      `the stored case is of the attack ${stored.attack}, which does not exist`,
    );
  const host = await openOne(spec, options);
  try {
    const ruling =
      attack === undefined
        ? await replayControl(stored.control, host)
        : (
            await tryCase(
              host,
              {
                kind: 'case',
                round: 0,
                family: 'valid.corpus',
                needs: needsOfRun(stored.control),
                ...stored,
                attack,
              },
              new ControlCache(),
            )
          ).ruling;
    const { outcome, ...said } = ruling;
    return { verifier: spec, attack: stored.attack, ...said, ...(outcome && { outcome: summary(outcome) }) };
  } finally {
    await host.close();
  }
}

async function replayControl(control: Run, host: Host): Promise<Ruling> {
  const missing = unclaimed(host.claims, needsOfRun(control));
  if (missing.length > 0) return { verdict: 'skipped', note: `not claimed: ${missing.join('; ')}` };
  const deliveries = control.steps.map((step) => step.delivery);
  const ruling = judgeControl(control, await host.trial(control.recipient, deliveries), host.claims);
  return underCeiling(ruling, control, host);
}

function withKey(stored: StoredCase, file: string | undefined): StoredCase {
  const missing = [stored.control, stored.attacked].some((run) =>
    run.recipient.anchors.some(({ key }) => key.kty === 'Symmetric' && key.k.length === 0),
  );
  if (file === undefined) {
    if (missing)
      throw new BenchError('usage', 'the stored case leaves its symmetric key out: give it with --key');
    return stored;
  }
  const key = readKeyFile(file);
  const filled = (recipient: Recipient): Recipient => ({
    ...recipient,
    anchors: recipient.anchors.map((anchor) => ({ ...anchor, key: fill(anchor.key, key) })),
  });
  return {
    ...stored,
    control: { ...stored.control, recipient: filled(stored.control.recipient) },
    attacked: { ...stored.attacked, recipient: filled(stored.attacked.recipient) },
  };
}

function fill(empty: CoseKey, key: CoseKey): CoseKey {
  return empty.kty === 'Symmetric' && empty.k.length === 0 && key.kty === 'Symmetric'
    ? { ...empty, k: key.k }
    : empty;
}
