/**
 * Where a finding's case is kept, and the line that repeats it.
 *
 * @module
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../replace-file.ts';
import { shellWord } from '../shell-word.ts';
import type { Case } from './case.ts';
import { type CaseFile, type CaseFileOptions, caseDigest, caseToFile, judgedEnvelope } from './finding.ts';

export interface StoreOptions extends Pick<CaseFileOptions, 'withoutSecrets' | 'seen'> {
  /** The control alone, as a valid delivery. */
  readonly ofControl: boolean;
  /** Absent: it is written nowhere. */
  readonly folder?: string;
}

/** Writes a case, or its control, where cases are kept: its name, and the envelope that it is about. */
export function storeCase(
  one: Case,
  { ofControl, folder, ...how }: StoreOptions,
): { readonly id: string; readonly bytes?: Uint8Array } {
  const control = { ...one, attacked: one.control, attack: { id: 'valid' } };
  const bytes = ofControl ? one.control.steps.at(-1)?.delivery.envelope : judgedEnvelope(one.attacked);
  const id = store(caseToFile(ofControl ? control : one, how), bytes, folder);
  return { id, ...(bytes && { bytes }) };
}

/** Writes the case and its bytes, where they are kept; its name. */
function store(file: CaseFile, bytes: Uint8Array | undefined, folder: string | undefined): string {
  const name = caseDigest(file);
  if (folder === undefined) return name;
  mkdirSync(folder, { recursive: true });
  if (bytes !== undefined) replaceFile(join(folder, `${name}.suit`), bytes);
  replaceFile(join(folder, `${name}.json`), `${JSON.stringify(file, null, 1)}\n`);
  return name;
}

/** What a line that repeats a finding must name beside the stored case and its verifiers. */
export interface ReplayPlace {
  /** Where stored cases are. */
  readonly folder?: string;
  /** The config file that names the verifiers. */
  readonly config?: string;
  /** The device's ceiling that it was found under. */
  readonly class?: string;
}

export function replayLine(id: string, verifier: string, of: ReplayPlace): string {
  const path = pathOf(id, of.folder);
  const ceiling = of.class === undefined ? '' : ` --class ${shellWord(of.class)}`;
  return `gauntlet replay ${shellWord(path)} --verifier ${shellWord(verifier)}${ceiling}${configWords(of)}`;
}

/** The one that shows where verifiers read a stored case differently. */
export function compareLine(
  name: string,
  verifiers: readonly string[],
  of: Pick<ReplayPlace, 'folder' | 'config'>,
): string {
  const words = verifiers.flatMap((spec) => ['-v', shellWord(spec)]);
  return `${['gauntlet compare', shellWord(pathOf(name, of.folder)), ...words].join(' ')}${configWords(of)}`;
}

function configWords({ config }: Pick<ReplayPlace, 'config'>): string {
  return config === undefined ? '' : ` --config ${shellWord(config)}`;
}

function pathOf(name: string, folder: string | undefined): string {
  return folder === undefined ? `${name}.json` : join(folder, `${name}.json`);
}

/** Of a stored case: a finding of two verifiers has its own id beside it. undefined: the finding has none. */
export function storedName(id: string): string | undefined {
  return /^([0-9a-f]+)(?:-[0-9a-f]{4})?$/.exec(id)?.[1];
}
