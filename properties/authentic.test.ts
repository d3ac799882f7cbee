import { claim } from './claim.ts';

claim('REQ.SEC.AUTHENTIC', 'acts only on what an authority has signed', {
  brokenBy: 'verifies-and-ignores-the-result',
});
