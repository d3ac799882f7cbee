import { claim } from './claim.ts';

claim('REQ.USE.LOAD', 'loads only what matches its digest', { brokenBy: 'every-image-matches' });
