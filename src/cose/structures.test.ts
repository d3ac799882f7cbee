import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../cbor/hex.ts';
import { macStructure, sigStructure } from './structures.ts';

const payload = fromHex('01020304');
const es256 = fromHex('a10126');

describe('sigStructure', () => {
  it('is four fields for COSE_Sign1', () => {
    const context = `6a${Buffer.from('Signature1').toString('hex')}`;
    expect(toHex(sigStructure('Signature1', es256, payload))).toBe(`84${context}43a101264044${'01020304'}`);
  });

  it('is five fields for COSE_Sign, sign_protected third', () => {
    const context = `69${Buffer.from('Signature').toString('hex')}`;
    const empty = fromHex('');
    expect(toHex(sigStructure('Signature', empty, payload, { signProtected: es256 }))).toBe(
      `85${context}4043a101264044${'01020304'}`,
    );
    expect(toHex(sigStructure('Signature', empty, payload))).toBe(`85${context}40404044${'01020304'}`);
  });

  it('carries external data before the payload', () => {
    const bytes = toHex(sigStructure('Signature1', es256, payload, { externalAad: fromHex('beef') }));
    expect(bytes.endsWith('43a1012642beef4401020304')).toBe(true);
  });

  it('authenticates an empty map sent as a0 as the empty string', () => {
    expect(sigStructure('Signature1', fromHex('a0'), payload)).toEqual(
      sigStructure('Signature1', fromHex(''), payload),
    );
  });
});

describe('macStructure', () => {
  it('is four fields under its own context', () => {
    const mac0 = `64${Buffer.from('MAC0').toString('hex')}`;
    const mac = `63${Buffer.from('MAC').toString('hex')}`;
    expect(toHex(macStructure('MAC0', fromHex('a10105'), payload))).toBe(
      `84${mac0}43a101054044${'01020304'}`,
    );
    expect(toHex(macStructure('MAC', fromHex('a10105'), payload, { externalAad: fromHex('00') }))).toBe(
      `84${mac}43a10105410044${'01020304'}`,
    );
  });
});
