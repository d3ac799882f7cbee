import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { catalogue } from '../src/attacks/catalogue.ts';
import { packageRoot } from '../src/package-root.ts';
import { mustBeRefused } from './claim.ts';

it('has a claim for each requirement with an attack that must be refused', () => {
  const folder = join(packageRoot(), 'properties');
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const wanted = new Set(catalogue.filter(mustBeRefused).flatMap(({ violates }) => violates));
  expect([...wanted].filter((one) => !texts.some((text) => text.includes(`claim('${one}'`)))).toEqual([]);
});
