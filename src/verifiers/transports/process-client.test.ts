import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Outcome } from '../../device/outcome.ts';
import { plain, tinyRecipient } from './fixtures/tiny.ts';
import { LineReader } from './line-reader.ts';
import { ProcessClient } from './process-client.ts';

const claims = {
  name: 'x',
  version: '1',
  revisions: ['37'],
  levels: ['authenticated', 'installed'],
  events: ['update'],
  commands: [],
  parameters: [],
  algorithms: [],
  digests: [],
  structures: [],
  extensions: [],
  reports: [],
  keepsState: true,
};

/** All that a client makes of a process' lines, and says to it. */
function heard(lines: readonly string[], { remembers }: { readonly remembers: boolean }) {
  const log: unknown[] = [];
  let said = '';
  const note =
    (what: string) =>
    (...rest: readonly unknown[]) =>
      void log.push([what, ...rest]);
  const sink = {
    text: (piece: string) => {
      said += piece;
    },
    hex: (bytes: Uint8Array) => {
      said += Buffer.from(bytes).toString('hex');
    },
    bytes: (bytes: Uint8Array) => {
      said += Buffer.from(bytes).toString();
    },
  };
  let known = 0;
  const client = new ProcessClient(sink, {
    hello: note('hello'),
    helloWrong: note('helloWrong'),
    unknownFields: note('unknownFields'),
    backlog: () => 0,
    events: {
      alive: note('alive'),
      answered: (id: number, outcome: Outcome) => log.push(['answered', id, structuredClone(outcome)]),
      finished: note('finished'),
      died: note('died'),
    },
  });
  const reader = new LineReader({
    wrong: note('wrong'),
    ...(remembers
      ? {
          known: (text, from, end) => {
            const isKnown = client.receiveKnown(text, from, end);
            if (isKnown) known++;
            return isKnown;
          },
          message: (value, line) => client.receive(value, line),
        }
      : { message: (value) => client.receive(value) }),
  });
  client.greet();
  reader.push(Buffer.from(`${JSON.stringify({ type: 'hello', protocol: 1, concurrency: 16, claims })}\n`));
  client.start([1, 2, 3, 4].map((id) => ({ id, recipient: tinyRecipient, deliveries: [plain, plain] })));
  reader.push(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  return { log, said, known };
}

/** Bodies that are told again and again, some of them wrong, overruling, or not plain. */
const body = fc.constantFrom(
  '"kind":"accepted","level":"installed"}',
  '"kind":"accepted","level":"installed","mood":"good"}',
  '"kind":"accepted","level":"installed","session":2}',
  '"kind":"accepted","level":"installed","id":1}',
  '"kind":"accepted","level":"installed","\\u0069d":1}',
  '"kind":"accepted","level":"installed","type":"close"}',
  '"kind":"rejected","stage":"decode","reason":"not-well-formed"} ',
  '"kind":"rejected","stage":"decode","reason":"sig-invalid"}',
  '"kind":"rejected","detail":"é"}',
  '"kind":"accepted","level":"installed","cost":{"steps":4}}',
  '"kind":"unsupported","feature":"x"}',
  '"kind":"accepted"',
);
const number = fc.constantFrom('1', '2', '3', '4', '0', '01', '5', '"1"', '1.0', '1e0');
const style = fc.constantFrom('', '', '', ' ', '  ');
const decision = fc
  .tuple(number, fc.constantFrom('0', '1', '1', '0', '2', '00'), body, style)
  .map(([session, id, rest, space]) =>
    ['{"type":"decision"', `"session":${session}`, `"id":${id}`, rest].join(`,${space}`),
  );
const close = fc
  .tuple(number, fc.constantFrom('}', '}', '}', ',"x":1}', '}}'), style)
  .map(([session, end, space]) => `{"type":${space}"close",${space}"session":${space}${session}${end}`);
/** A session as it should be, so that what follows is often still listened to. */
const whole = fc
  .tuple(fc.constantFrom(1, 2, 3, 4), fc.subarray([0, 1]), body)
  .map(([session, ids, rest]) => [
    ...ids.map((id) => `{"type":"decision","session":${session},"id":${id},${rest}`),
    `{"type":"close","session":${session}}`,
  ]);
const lines = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: whole },
      decision.map((one) => [one]),
      close.map((one) => [one]),
    ),
    {
      maxLength: 8,
    },
  )
  .map((all) => all.flat());

it('a client with a memory hears and says what one without does', () => {
  let known = 0;
  fc.assert(
    fc.property(lines, (all) => {
      const { known: used, ...withMemory } = heard(all, { remembers: true });
      const { known: _none, ...without } = heard(all, { remembers: false });
      expect(withMemory).toEqual(without);
      known += used;
    }),
    { numRuns: 500 },
  );

  expect(known).toBeGreaterThan(200);
});

it('remembers sentences and closes, and counts their unknown fields each time', () => {
  const fields = '"kind":"accepted","level":"installed","mood":"good"}';
  const all = [1, 2, 3, 4].flatMap((session) => [
    `{"type":"decision","session":${session},"id":0,${fields}`,
    `{"type":"decision","session":${session},"id":1,${fields}`,
    `{"type":"close","session":${session}}`,
  ]);
  const { log, known } = heard(all, { remembers: true });
  expect(known).toBe(11);
  const heardOf = (what: string) => log.filter((entry) => Array.isArray(entry) && entry[0] === what);
  expect(heardOf('unknownFields').length).toBe(8);
  expect(heardOf('answered').length).toBe(8);
  expect(heardOf('finished').length).toBe(4);
});
