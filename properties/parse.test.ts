import { claim } from './claim.ts';

claim('REQ.USE.PARSE', 'refuses what it cannot read', {
  brokenBy: 'accepts-lower-versions',
  unbroken: { A14: 'The animal that names it is caught by its weaker choices only.' },
});
