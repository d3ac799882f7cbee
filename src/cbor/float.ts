/**
 * The three floating-point widths of CBOR as numbers (RFC 8949 §3.3, appendix D).
 *
 * @module
 */

import type { Float } from './item.ts';

/** The number it stands for; a NaN loses its payload. */
export function floatValue({ bits, width }: Float): number {
  if (width === 2) return halfValue(Number(bits));
  const view = new DataView(new ArrayBuffer(8));
  if (width === 4) {
    view.setUint32(0, Number(bits));
    return view.getFloat32(0);
  }
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

/** A double-precision item of this number. */
export function double(value: number): Float {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return { kind: 'float', bits: view.getBigUint64(0), width: 8 };
}

/** The narrowest width that keeps the value, or the payload of a NaN (RFC 8949 §4.1). */
export function shortestFloatWidth(float: Float): 2 | 4 | 8 {
  if (float.width === 2) return 2;
  const value = floatValue(float);
  if (Number.isNaN(value)) return shortestNanWidth(float);
  if (fitsHalf(value)) return 2;
  return Math.fround(value) === value ? 4 : 8;
}

function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** A half has 11 bits of significand, none below 2^-24. */
function fitsHalf(value: number): boolean {
  if (value === 0 || !Number.isFinite(value)) return true;
  const size = Math.abs(value);
  if (size > 65504) return false;
  let step = 2 ** -24;
  while (size >= step * 2048) step *= 2;
  return Number.isInteger(size / step);
}

function shortestNanWidth({ bits, width }: Float): 2 | 4 | 8 {
  const asDouble = width === 4 ? bits << 29n : bits;
  if ((asDouble & 0x3ff_ffff_ffffn) === 0n) return 2;
  return (asDouble & 0x1fff_ffffn) === 0n ? 4 : 8;
}
