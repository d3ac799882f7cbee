/**
 * The room that each valid family takes: its smallest member among several drawn, arena and envelope together.
 *
 * @module
 */
import { validCases } from '../attacks/valid.ts';
import type { Decision } from '../device/decision.ts';
import { drawCase, isInapplicable } from '../harness/case.ts';
import { ScenarioPool } from '../harness/scenario-pool.ts';
import type { Run } from '../scenarios/scenario.ts';
import { boundedVerifier } from '../verifiers/bounded/bounded.ts';
import type { Session } from '../verifiers/verifier.ts';

export interface FamilyRoom {
  /** Of the valid family. */
  readonly family: string;
  /** The smallest arena in which the bounded verifier takes all deliveries, and the largest envelope of them. */
  readonly arenaBytes: number;
  readonly envelopeBytes: number;
  readonly bothBytes: number;
}

const draws = 8;
const roomyArena = 1 << 20;

/** Families whose every draw asks for what the bounded verifier does not claim are left out. */
export function familyRooms(seed = 1): readonly FamilyRoom[] {
  const pool = new ScenarioPool(seed);
  const smallest = new Map<string, FamilyRoom>();
  for (let round = 0; round < draws; round++) {
    for (const family of validCases) {
      const one = drawCase(family, round, seed, pool);
      const room = isInapplicable(one) ? undefined : roomOf(family.id, one.control);
      const known = smallest.get(family.id);
      if (room !== undefined && (known === undefined || room.bothBytes < known.bothBytes))
        smallest.set(family.id, room);
    }
  }
  return [...smallest.values()].toSorted((a, b) => b.bothBytes - a.bothBytes);
}

/** Undefined: some delivery is not taken, however much room there is. */
function roomOf(family: string, run: Run): FamilyRoom | undefined {
  const wanted = arenaFor(run, roomyArena);
  // Tried, not only counted.
  if (wanted === undefined || arenaFor(run, wanted) === undefined) return undefined;
  const stored = run.recipient.installed?.length ?? 0;
  // A boot reads the stored one, which need not be in RAM but is counted all the same.
  const envelopeBytes = Math.max(...run.steps.map(({ delivery }) => delivery.envelope?.length ?? stored));
  return { family, arenaBytes: wanted, envelopeBytes, bothBytes: wanted + envelopeBytes };
}

/** The high-water mark over all deliveries; undefined: one was not accepted. */
export function arenaFor({ recipient, steps }: Run, arenaBytes: number): number | undefined {
  let session = boundedVerifier({ arenaBytes }).open(recipient) as Session;
  let most = 0;
  for (const { delivery, on } of steps) {
    if (on !== undefined) session = boundedVerifier({ arenaBytes }).open(on) as Session;
    const decision = session.deliver(delivery) as Decision;
    if (decision.kind !== 'accepted') return undefined;
    most = Math.max(most, decision.cost?.highWaterBytes ?? 0);
  }
  return most;
}
