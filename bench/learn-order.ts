/**
 * `node dist/bench/learn-order.js`: prints the order of attacks anew, for src/attacks/order.ts. Takes minutes.
 *
 * @module
 */
import { catalogue } from '../src/attacks/catalogue.ts';
import { isOpen } from '../src/attacks/order.ts';
import { directHost } from '../src/harness/direct-host.ts';
import { catchesOf, greedyOrder, isLearnedFrom } from '../src/harness/learn-order.ts';
import { referenceVerifier } from '../src/verifiers/reference/reference.ts';
import { sentinels } from '../src/verifiers/zoo/sentinels.ts';
import { runaways, zoo } from '../src/verifiers/zoo/zoo.ts';

const animals = zoo.filter(
  (animal) => isLearnedFrom(animal.id) && !sentinels.includes(animal) && !runaways.includes(animal.id),
);
const catches = await catchesOf(
  animals,
  ({ id, create }) => directHost(`zoo:${id}`, create()),
  await directHost('reference', referenceVerifier()),
  { attacks: catalogue, seed: 1, runs: 1 },
);
const isClosed = (id: string): boolean => !catalogue.some((attack) => attack.id === id && isOpen(attack));
process.stdout.write(
  `${greedyOrder(catches)
    .filter(isClosed)
    .map((id) => `'${id}',`)
    .join(' ')}\n`,
);
