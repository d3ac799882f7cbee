import { auth0CoseVerifier } from './auth0-cose.ts';
import { testPackage } from './fixtures/package-tests.ts';

testPackage('library:auth0-cose', auth0CoseVerifier, ['sign1', 'mac0', 'sign']);
