/**
 * `--class`: a class of RFC 7228, or a user's own device profile in a JSON file.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import { type DeviceProfile, deviceClasses, profileFrom } from '../device/classes.ts';
import { readJson } from './files.ts';

/** "0", "1", "2", or the path of a file. Throws BenchError `usage` and `device-class`. */
export function readProfile(which: string): DeviceProfile {
  const known = deviceClasses.find(({ name }) => name === which);
  if (known !== undefined) return known;
  if (!which.endsWith('.json'))
    throw new BenchError(
      'usage',
      `--class ${which}: wanted ${deviceClasses.map(({ name }) => name).join(', ')} or a JSON file with name, verifierBytes, envelopeBytes, stackBytes and components`,
    );
  const profile = profileFrom(readJson(which, 'device profile'));
  if (typeof profile === 'string') throw new BenchError('device-class', `${which}: ${profile}`);
  return { ...profile, file: which };
}
