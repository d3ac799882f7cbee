/**
 * What the bounded verifier says of itself.
 *
 * @module
 */

import { levels } from '../../device/delivery.ts';
import { commandCode, parameterKey } from '../../suit/registry.ts';
import type { Claims } from '../verifier.ts';

export const claims: Claims = {
  name: 'suit-gauntlet bounded',
  version: '1',
  revisions: ['37'],
  levels,
  events: ['update', 'boot'],
  commands: Object.values(commandCode),
  parameters: Object.values(parameterKey),
  algorithms: [-7, -8, -9, -19, -46, 5, -6, -3],
  digests: [-16, -43, -44, -18, -45],
  structures: ['sign1', 'sign', 'mac0', 'mac'],
  extensions: ['custom-commands', 'access-rights'],
  reports: ['stage', 'reason', 'sequence', 'components', 'effects', 'cost'],
  keepsState: true,
  extras: ['redirects', 'slow-payloads'],
};
