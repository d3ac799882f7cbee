/**
 * The corpus: stored cases, replayed before anything new is generated.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyAttack } from '../attacks/attack.ts';
import { byLearnedOrder } from '../attacks/order.ts';
import { replayable } from '../attacks/replayable.ts';
import { BenchError } from '../bench-error.ts';
import { troubleOf } from '../file-trouble.ts';
import { needsOf, revision } from '../scenarios/needs.ts';
import type { Needs, Run } from '../scenarios/scenario.ts';
import { partsOf } from '../suit/parts.ts';
import type { Case } from './case.ts';
import { caseFromFile, runToJson, type StoredCase } from './finding.ts';

/** Every *.json of a folder, in the order of their names. Throws BenchError naming folder or file. */
export function loadCases(folder: string, attacks: readonly AnyAttack[]): readonly Case[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch (cause) {
    throw new BenchError('corpus-unreadable', `the corpus ${folder} cannot be read: ${troubleOf(cause)}`, {
      cause,
    });
  }
  const controls = new Map<string, Run>();
  return names.sort().map((name) => {
    const stored = loadCase(join(folder, name));
    // Equal controls become one object, so that each is delivered once.
    const text = JSON.stringify(runToJson(stored.control));
    const control = controls.get(text) ?? stored.control;
    controls.set(text, control);
    const same = stored.attacked.recipient === stored.control.recipient;
    const attacked = same ? { ...stored.attacked, recipient: control.recipient } : stored.attacked;
    return asCase({ ...stored, control, attacked }, attacks, join(folder, name));
  });
}

/** What a run replays: folder after folder, each in the learned order of its attacks. Throws as `loadCases`. */
export function casesToReplay(
  folders: readonly string[],
  isWanted: (attack: AnyAttack) => boolean,
): readonly Case[] {
  return folders.flatMap((folder) =>
    loadCases(folder, replayable)
      .filter(({ attack }) => isWanted(attack))
      .toSorted((a, b) => byLearnedOrder(a.attack, b.attack)),
  );
}

export function loadCase(file: string): StoredCase {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new BenchError('case-unreadable', `${file} cannot be read as JSON`, { cause });
  }
  return caseFromFile(json, file);
}

/** A stored case as one of a campaign. Throws BenchError `attack-unknown`. */
export function asCase(stored: StoredCase, attacks: readonly AnyAttack[], where: string): Case {
  const attack = attacks.find((one) => one.id === stored.attack);
  if (attack === undefined)
    throw new BenchError(
      'attack-unknown',
      `${where} is of the attack ${stored.attack}, which does not exist`,
    );
  return {
    kind: 'case',
    round: 0,
    family: 'valid.corpus',
    needs: needsOfRun(stored.control),
    ...stored,
    // Of a valid family the control is all there is.
    ...(attack.family === 'valid' && { attacked: stored.control }),
    attack,
  };
}

/** From the envelopes themselves; a file says nothing of what it needs. */
export function needsOfRun(run: Run): Needs {
  const events = run.steps.map((step) => step.delivery.event);
  const envelope =
    run.steps.findLast((step) => step.delivery.envelope)?.delivery.envelope ?? run.recipient.installed;
  const read = envelope && partsOf(envelope);
  if (read?.ok) return needsOf(read.parts, events);
  return {
    revision,
    events,
    commands: [],
    parameters: [],
    algorithms: [],
    digests: [],
    structures: [],
  };
}
