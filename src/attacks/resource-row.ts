/**
 * What the attacks on room and time (group Q) have in common.
 *
 * @module
 */
import { type Reason, reasons } from '../suit/stage.ts';

export const isResource = { group: 'Q', family: 'resource' } as const;
export const byAuthor = { ...isResource, by: 'author', threats: [], violates: ['REQ.USE.PARSE'] } as const;
export const onPath = { threats: ['THREAT.NET.ONPATH'] } as const;

/** Whatever refuses before anything of the manifest is used. */
export const early: readonly Reason[] = (Object.keys(reasons) as Reason[]).filter((reason) =>
  ['decode', 'envelope', 'authenticate', 'digest', 'resource'].includes(reasons[reason].stage),
);
