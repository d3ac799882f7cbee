/**
 * All rules of the reference verifier, by name; each can be replaced by itself.
 *
 * @module
 */
import { accessRules } from './rules-access.ts';
import { authenticationRules } from './rules-authentication.ts';
import { commandRules } from './rules-command.ts';
import { componentRules } from './rules-component.ts';
import { digestRules } from './rules-digest.ts';
import { encodingRules } from './rules-encoding.ts';
import { macRules } from './rules-mac.ts';
import { manifestRules } from './rules-manifest.ts';

export const defaultRules = {
  ...encodingRules,
  ...digestRules,
  ...authenticationRules,
  ...macRules,
  ...accessRules,
  ...manifestRules,
  ...commandRules,
  ...componentRules,
};

export type Rules = typeof defaultRules;
