import { coseKitVerifier } from './cose-kit.ts';
import { testPackage } from './fixtures/package-tests.ts';

testPackage('library:cose-kit', coseKitVerifier, ['sign1', 'mac0']);
