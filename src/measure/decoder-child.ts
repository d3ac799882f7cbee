/**
 * Runs in a process of its own: one decoder, which may die of what it is given.
 *
 * @module
 */
import { getHeapStatistics } from 'node:v8';
import { type Decoder, decoderNamed, documentOf } from './decoders.ts';

/** Hexadecimal: what is to be decoded, or documents whose decoding is to be weighed. */
export type DecoderJob =
  | { readonly kind: 'decode'; readonly bytes: string }
  | { readonly kind: 'weigh'; readonly documents: readonly string[] }
  | { readonly kind: 'try'; readonly inputs: readonly string[] };

export type DecoderAnswer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'weighed'; readonly samples: readonly number[] }
  /** The places of those that it took. */
  | { readonly kind: 'tried'; readonly accepted: readonly number[] };

const name = process.argv[2] ?? '';
const decoder = name.startsWith('package:')
  ? await parserOf(name.slice('package:'.length))
  : await decoderNamed(name);
process.on('message', (job: DecoderJob) => process.send?.(answer(decoder, job)));
process.send?.('ready');

/** Of the one package that `cms-bench.ts` makes, whatever document is given. */
async function parserOf(verifier: string): Promise<Decoder> {
  const { parsePass } = await import('./cms-bench.ts');
  const pass = await parsePass(verifier);
  const run = (): number => {
    pass();
    return 0;
  };
  return { name, prepare: () => run, decode: run };
}

function answer(own: Decoder, job: DecoderJob): DecoderAnswer {
  switch (job.kind) {
    case 'weigh':
      return { kind: 'weighed', samples: weigh(own, job.documents) };
    case 'try':
      return {
        kind: 'tried',
        accepted: job.inputs.flatMap((hex, i) => (attempt(own, hex) === undefined ? [i] : [])),
      };
    case 'decode': {
      const message = attempt(own, job.bytes);
      return message === undefined ? { kind: 'accepted' } : { kind: 'refused', message };
    }
  }
}

/** What it threw; undefined: it took the bytes. */
function attempt(own: Decoder, hex: string): string | undefined {
  try {
    own.decode(new Uint8Array(Buffer.from(hex, 'hex')));
    return undefined;
  } catch (thrown) {
    return String(thrown).slice(0, 200);
  }
}

const warmUp = 30;
const repetitions = 9;

/** Bytes of V8's heap that one pass over all documents takes, several times. */
function weigh(own: Decoder, documents: readonly string[]): readonly number[] {
  const passes = documents.map((hex) => own.prepare(documentOf(new Uint8Array(Buffer.from(hex, 'hex')))));
  const idle = passes.map(() => () => 0);
  const bytesOf = (all: readonly (() => number)[]): number => {
    const before = getHeapStatistics().used_heap_size;
    for (const pass of all) pass();
    return getHeapStatistics().used_heap_size - before;
  };
  for (let i = 0; i < warmUp; i++) bytesOf(passes);
  return Array.from({ length: repetitions }, () => bytesOf(passes) - bytesOf(idle));
}
