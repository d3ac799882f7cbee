/**
 * What the reference verifier says of itself.
 *
 * @module
 */
import { algorithms, digestAlgorithms, recipientAlgorithms } from '../../cose/algorithms.ts';
import { extras, levels } from '../../device/delivery.ts';
import { recipientExtensions } from '../../device/recipient.ts';
import { commands, parameters } from '../../suit/registry.ts';
import type { Claims } from '../verifier.ts';

export function claimsOf(name: string): Claims {
  return {
    name,
    version: '37',
    revisions: ['37'],
    levels,
    events: ['update', 'boot'],
    commands: commands.map((command) => command.code),
    parameters: parameters.map((parameter) => parameter.code),
    algorithms: [
      ...algorithms.filter((algorithm) => algorithm.supported).map((algorithm) => algorithm.id),
      ...Object.values(recipientAlgorithms),
    ],
    digests: digestAlgorithms
      .filter((algorithm) => algorithm.hash !== undefined)
      .map((algorithm) => algorithm.id),
    structures: ['sign1', 'sign', 'mac0', 'mac'],
    extensions: ['custom-commands', ...recipientExtensions],
    reports: ['stage', 'reason', 'sequence', 'components', 'effects', 'cost'],
    keepsState: true,
    extras,
  };
}
