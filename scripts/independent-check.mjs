// Holds generated envelopes against tools that share no code with the bench: digests and their scopes by python3 with
// cbor2 and hashlib, to-be-signed bytes put together by the same script, signatures, MACs and key wrapping by the
// OpenSSL command line. Needs dist/ (npm run build). Without the tools it says so and passes, unless --require.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';

const required = process.argv.includes('--require');
const python = ['/usr/bin/python3', 'python3'].find(
  (name) => (name === 'python3' || existsSync(name)) && spawnSync(name, ['-c', 'import cbor2']).status === 0,
);
const missing = [
  ...(python === undefined ? ['python3 with cbor2 (Debian: python3-cbor2)'] : []),
  ...(spawnSync('openssl', ['version']).status === 0 ? [] : ['openssl']),
];
if (missing.length > 0) {
  console.log(`independent check SKIPPED: ${missing.join(' and ')} not found`);
  process.exit(required ? 1 : 0);
}

const dist = (path) => import(new URL(`../dist/src/${path}`, import.meta.url).href);
const { arbitraryPlan } = await dist('scenarios/plan-arbitrary.js');
const { buildScenario } = await dist('scenarios/build.js');
const { encode } = await dist('suit/parts.js');
const { recipientToJson } = await dist('device/json.js');

const families = [
  ['valid.auth.sign1', 16],
  ['valid.auth.sign', 8],
  ['valid.auth.mac0', 3],
  ['valid.auth.mac', 8],
  ['valid.auth.multi', 8],
  ['valid.profiles.mti', 6],
  ['valid.digest.algs', 12],
  ['valid.severed', 4],
  ['valid.template.load', 3],
];
const hex = (bytes) => Buffer.from(bytes).toString('hex');
// The image of the slot that is not in use is not delivered, so its digest could not be checked.
const hasOneSlot = ({ images }) => images.every(({ slots }) => slots === undefined);
const cases = families.flatMap(([family, numRuns]) =>
  fc.sample(arbitraryPlan({ family }).filter(hasOneSlot), { numRuns, seed: 8152 }).map((plan) => {
    const { release, recipient, images, deliveries } = buildScenario(plan);
    const held = recipient.components.flatMap(({ slots }) => slots);
    const after = deliveries.flatMap((one) => one.after.contents.flat());
    const contents = [...images, ...held, ...after, ...deliveries.flatMap((one) => one.delivery.payloads)];
    return {
      family,
      envelope: hex(encode(release)),
      recipient: recipientToJson(recipient),
      contents: [...new Set(contents.flatMap(({ bytes }) => (bytes ? [hex(bytes)] : [])))],
    };
  }),
);

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-independent-'));
const file = join(folder, 'cases.json');
writeFileSync(file, JSON.stringify(cases));
const script = fileURLToPath(new URL('independent-check.py', import.meta.url));
const { status } = spawnSync(python, [script, file, folder], { stdio: 'inherit' });
rmSync(folder, { recursive: true });
process.exit(status ?? 3);
