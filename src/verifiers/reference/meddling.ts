/**
 * What others do while a delivery is processed: they write into its buffer, take anchors away, or begin another update.
 *
 * @module
 */
import type { Decision } from '../../device/decision.ts';
import type { Delivery } from '../../device/delivery.ts';
import { runProcedure } from './procedure.ts';
import type { Step, Work } from './work.ts';

export interface Others {
  /** The buffer that the envelope was delivered in. */
  readonly buffer: Uint8Array;
  readonly deliver: (delivery: Delivery) => Decision | Promise<Decision>;
}

/** The same steps; before each of them, what was to be done after one that is past. */
export function meddledWith(steps: readonly Step[], delivery: Delivery, others: Others): readonly Step[] {
  const { bufferChange, anchorsRemoved, meanwhile } = delivery;
  if (!bufferChange && !anchorsRemoved && !meanwhile) return steps;
  let isToCome = true;
  const meddle = (work: Work, i: number): undefined | Promise<unknown> => {
    if (bufferChange && isPast(work, bufferChange.after)) {
      const { offset, bytes } = bufferChange;
      others.buffer.set(bytes.subarray(0, Math.max(0, others.buffer.length - offset)), offset);
    }
    if (anchorsRemoved && isToCome && isPast(work, 'authenticated')) {
      isToCome = false;
      const { recipient } = work.device;
      const anchors = recipient.anchors.filter((_, at) => !anchorsRemoved.includes(at));
      work.device.recipient = { ...recipient, anchors };
    }
    const isTurn =
      meanwhile?.after === 'procedure' ? steps[i - 1]?.run === runProcedure : isPast(work, 'authenticated');
    if (!meanwhile || !isToCome || !isTurn) return undefined;
    isToCome = false;
    const { envelope, payloads } = meanwhile;
    const decision = others.deliver({ event: 'update', envelope, payloads });
    return decision instanceof Promise ? decision : undefined;
  };
  return steps.map(
    (step, i): Step => ({
      ...step,
      run: (work) => {
        const waiting = meddle(work, i);
        return waiting === undefined ? step.run(work) : waiting.then(() => step.run(work));
      },
    }),
  );
}

function isPast({ effects, elements }: Work, what: 'authenticated' | 'severed'): boolean {
  return what === 'severed' ? elements.size > 0 : effects.some(({ kind }) => kind === 'authenticated');
}
