import { claim } from './claim.ts';

claim('REQ.USE.PARSE', 'refuses what it cannot read', { brokenBy: 'accepts-lower-versions' });
