import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Ec2Key } from '../cose/key.ts';
import { authorP256, strangerP256 } from '../cose/test-keys.ts';
import { encodePackage, sealPackage, selfCertificate } from './build.ts';
import { integer, objectId, octets, setOf } from './der.ts';
import { hardwareOf, packageName } from './registry.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('DER', () => {
  it('is the shortest form', () => {
    expect(hex(integer(0n))).toBe('020100');
    expect(hex(integer(127n))).toBe('02017f');
    expect(hex(integer(128n))).toBe('02020080');
    expect(hex(integer(2n ** 64n - 1n))).toBe('020900ffffffffffffffff');
    expect(hex(objectId('1.2.840.113549.1.7.2'))).toBe('06092a864886f70d010702');
    expect(hex(octets(new Uint8Array(200)).subarray(0, 3))).toBe('0481c8');
    expect(hex(octets(new Uint8Array(65_536)).subarray(0, 5))).toBe('0483010000');
  });

  it('has a set in the order of its encodings', () => {
    expect(hex(setOf(integer(256n), integer(2n)))).toBe('3107020102' + '02020100');
  });
});

describe('hardwareOf', () => {
  it('keeps class ids apart', () => {
    const id = Uint8Array.from({ length: 16 }, (_, i) => 255 - i);
    expect(hardwareOf(id)).toBe(
      `1.3.6.1.4.1.32473.2.${0xfffefdfc}.${0xfbfaf9f8}.${0xf7f6f5f4}.${0xf3f2f1f0}`,
    );
    expect(hardwareOf(id.with(15, 0))).not.toBe(hardwareOf(id));
  });
});

describe('a firmware package', () => {
  const image = new Uint8Array(300).fill(7);
  const metadata = { name: packageName, version: 5n, stale: 4n, hardware: ['1.3.6.1.4.1.32473.2.1'] };

  function openssl(
    key: Ec2Key,
    trusted: Ec2Key,
  ): { status: number | null; output: Buffer; said: string } | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'gauntlet-cms-'));
    try {
      const file = join(folder, 'anchor.pem');
      const body = Buffer.from(selfCertificate(trusted)).toString('base64');
      writeFileSync(file, `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`);
      const args = ['cms', '-verify', '-noverify', '-binary', '-inform', 'DER', '-certfile', file];
      const input = encodePackage(sealPackage(image, metadata, key));
      const { status, stdout, stderr, error } = spawnSync('openssl', args, { input });
      return error ? undefined : { status, output: stdout, said: String(stderr) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  it('is verified by OpenSSL under its author’s key, and under no other', ({ skip }) => {
    const author = authorP256 as Ec2Key;
    const stranger = strangerP256 as Ec2Key;
    const right = openssl(author, author);
    if (right === undefined) return skip();
    expect([right.status, right.said.includes('successful')]).toEqual([0, true]);
    expect(right.output.equals(image)).toBe(true);
    expect(openssl(stranger, author)?.status).not.toBe(0);
  });
});
