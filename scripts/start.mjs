// The main job on built-in verifiers: attack them, compare with the committed baseline, and cost them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const gauntlet = fileURLToPath(new URL('../dist/src/cli/main.js', import.meta.url));
const baseline = fileURLToPath(new URL('../reports/baseline.json', import.meta.url));
const out = fileURLToPath(new URL('../reports/latest', import.meta.url));

const verifiers = ['reference', 'bounded', 'library:cbor-x', 'zoo:never-checks-sequence'];
const commands = [
  ['run', ...verifiers.flatMap((spec) => ['--verifier', spec]), '--baseline', baseline, '--out', out],
  ['bench', '--quick'],
];
for (const command of commands) {
  console.log(`\n> gauntlet ${command[0]}\n`);
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', gauntlet, ...command], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 3);
}
