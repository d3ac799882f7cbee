/**
 * What of a recipient a verifier cannot be told, where it is told by the words of a command line.
 *
 * @module
 */

/**
 * `fresh`: that nothing was ever installed; `anchors`: more than one trust anchor; `policies`: any but `any`;
 * `components`: more than one; `ids`: those that differ between components, are several, or are no UUIDs.
 */
export const untellable = ['anchors', 'policies', 'components', 'ids', 'fresh'] as const;

export type Untold = (typeof untellable)[number];
