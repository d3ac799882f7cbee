import { claim } from './claim.ts';

claim('REQ.USE.PAYLOAD', 'takes a payload of the envelope only from there, and only where it fits', {
  brokenBy: 'writes-beyond-the-slot',
});
