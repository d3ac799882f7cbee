import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Ec2Key } from '../../cose/key.ts';
import { signatureOf } from '../../cose/sign.ts';
import { authorP256, strangerP256 } from '../../cose/test-keys.ts';
import { makePackage, packageRecipient, parsePackage, verifyPackage } from './cms.ts';

const hardware = '1.3.6.1.4.1.32473.2';
const metadata = { name: '1.3.6.1.4.1.32473.1', version: 5, stale: 4, hardware: [hardware] };
const payload = new Uint8Array(300).fill(7);
const made = (key: Ec2Key) => makePackage(payload, metadata, key, (message) => signatureOf(-7, key, message));
const author = authorP256 as Ec2Key;

describe('a firmware package', () => {
  it('is read back, and refused for what is wrong with it', async () => {
    const bytes = made(author);
    expect(parsePackage(bytes)).toMatchObject({ payload, version: 5, stale: 4, hardware: [hardware] });
    const recipient = await packageRecipient(author, 4, hardware);
    expect(await verifyPackage(bytes, recipient)).toBeUndefined();
    expect(await verifyPackage(made(strangerP256 as Ec2Key), recipient)).toBe('signature');
    expect(await verifyPackage(bytes, { ...recipient, stale: 5 })).toBe('stale');
    expect(await verifyPackage(bytes, { ...recipient, hardware: '1.2.3' })).toBe('hardware');
    expect(await verifyPackage(Uint8Array.of(...bytes, 0), recipient)).toBe('malformed');
    expect(await verifyPackage(new Uint8Array(0), recipient)).toBe('malformed');
  });

  it('never throws, whatever bit is changed, and is taken only with all that was signed unchanged', async () => {
    const bytes = made(author);
    const recipient = await packageRecipient(author, 4, hardware);
    const answers = [];
    for (let at = 0; at < bytes.length; at += 5) {
      const changed = bytes.with(at, (bytes[at] ?? 0) ^ 0x10);
      const answer = await verifyPackage(changed, recipient);
      answers.push(answer);
      if (answer === undefined)
        expect(parsePackage(changed)).toMatchObject({ payload, version: 5, stale: 4, hardware: [hardware] });
    }
    expect(answers.filter((answer) => answer !== undefined).length).toBeGreaterThan(answers.length / 2);
  });

  it('is one for OpenSSL too', ({ skip }) => {
    const args = ['cms', '-cmsout', '-print', '-inform', 'DER'];
    const { status, stdout, error } = spawnSync('openssl', args, { input: made(author) });
    if (error) skip();
    expect(status).toBe(0);
    expect(String(stdout)).toContain('1.2.840.113549.1.9.16.1.16');
  });
});
