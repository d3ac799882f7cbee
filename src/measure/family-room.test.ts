import { describe, expect, it } from 'vitest';
import { validCases } from '../attacks/valid.ts';
import { deviceClasses } from '../device/classes.ts';
import { type Case, drawCase } from '../harness/case.ts';
import { drawMemory } from './draw-memory.ts';
import { arenaFor, familyRooms } from './family-room.ts';

const rooms = familyRooms();

describe('the room of the valid families', () => {
  it('is within class 1 for the smallest member of each, envelope included', () => {
    expect(rooms.length).toBeGreaterThan(40);
    const { ramBytes } = deviceClasses[1]!;
    expect(rooms.filter(({ bothBytes }) => bothBytes > ramBytes)).toEqual([]);
    expect(Math.min(...rooms.map(({ envelopeBytes }) => envelopeBytes))).toBeGreaterThan(100);
    expect(rooms.every((one) => one.bothBytes === one.arenaBytes + one.envelopeBytes)).toBe(true);
  });

  it('is no more than is needed', () => {
    const one = drawCase(validCases.find(({ id }) => id === 'valid.fetch')!, 0, 1) as Case;
    const arena = arenaFor(one.control, 1 << 20)!;
    expect(arenaFor(one.control, arena)).toBe(arena);
    expect(arenaFor(one.control, arena - 4)).toBeUndefined();
  });

  it('is drawn, one bar for each', () => {
    const svg = drawMemory(rooms);
    for (const { family } of rooms) expect(svg).toContain(`>${family}<`);
    expect(svg.match(/class="arena"/g)).toHaveLength(rooms.length);
  });
});
