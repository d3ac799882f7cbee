/**
 * Which of several manifests at hand is run (draft §6.1).
 *
 * @module
 */
import type { Delivery } from '../../device/delivery.ts';
import type { Recipient } from '../../device/recipient.ts';
import { bad, type Problem } from '../../suit/problem.ts';
import type { Step, Work } from './work.ts';

/** What was delivered; a boot without an envelope has the stored one. */
export function envelopesAtHand(delivery: Delivery, recipient: Recipient): readonly Uint8Array[] {
  const stored = delivery.event === 'boot' ? recipient.installed : undefined;
  const first = delivery.envelope ?? stored;
  const { candidates = [] } = delivery;
  return first === undefined ? candidates : [first, ...candidates];
}

/** How it went with the manifest that was chosen, or with the first where none could be. */
export interface Processed {
  readonly work: Work;
  readonly problem: Problem | undefined;
}

/** At once where there is no choice and no step waits. */
export function process(
  works: readonly [Work, ...Work[]],
  steps: readonly Step[],
): Processed | Promise<Processed> {
  const [only, ...others] = works;
  if (others.length > 0) return choose(works, steps);
  const problem = firstProblem(steps, only);
  return problem instanceof Promise
    ? problem.then((late) => ({ work: only, problem: late }))
    : { work: only, problem };
}

async function choose(works: readonly [Work, ...Work[]], steps: readonly Step[]): Promise<Processed> {
  // Up to here nothing is executed: what is authentic, of a known version and not too old may be chosen.
  const end = 1 + steps.findLastIndex((step) => step.selects);
  const looked: Processed[] = [];
  for (const work of works) looked.push({ work, problem: await firstProblem(steps.slice(0, end), work) });
  const valid = looked.filter(({ problem }) => problem === undefined).map(({ work }) => work);
  return (await runLatest(valid, steps.slice(end))) ?? (looked[0] as Processed);
}

/** Draft §6.1: the latest valid, authentic manifest; and if it fails, perhaps the next. */
async function runLatest(works: readonly Work[], steps: readonly Step[]): Promise<Processed | undefined> {
  let failed: Processed | undefined;
  for (const work of inOrder(works).slice(0, works[0]?.limits.manifests)) {
    const problem = await firstProblem(steps, work);
    if (problem === undefined) return { work, problem };
    failed ??= { work, problem };
    work.ports.storage.recover(work.device);
  }
  return failed;
}

function inOrder(works: readonly Work[]): readonly Work[] {
  return works.toSorted((a, b) => a.rules.preference(a.sequenceNumber, b.sequenceNumber));
}

/** One step after the other. Only a step that waits makes the delivery wait: no step of the reference does. */
function firstProblem(steps: readonly Step[], work: Work): ReturnType<Step['run']> {
  for (let i = 0; i < steps.length; i++) {
    const problem = steps[i]?.run(work);
    if (problem instanceof Promise)
      return problem.then((late) => late ?? firstProblem(steps.slice(i + 1), work));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

export const noEnvelope: Problem = bad('state-conflict', 'no envelope').problem;
