/**
 * Animals that trust what a network or a device does in the middle of a delivery (draft §6.3, §8.4.2, §8.4.10.4;
 * RFC 9124 §4.3.7, §4.3.18).
 *
 * @module
 */
import type { TrustAnchor } from '../../device/recipient.ts';
import { authenticate } from '../reference/authenticate.ts';
import { defaultPorts } from '../reference/ports.ts';
import { defaultRules } from '../reference/rules.ts';
import type { Device } from '../reference/work.ts';
import { animal } from './animal.ts';
import { replaceStep } from './steps.ts';

const { imageMatches } = defaultRules;

/** URIs that somebody was sent to, and what came from there. */
const followed = new Set<string>();
const fromThere = new WeakSet<Uint8Array>();

/** Each device's anchors as they were when it was first used. */
const cached = new WeakMap<Device, readonly TrustAnchor[]>();

export const answerAnimals = [
  animal(
    'Z173',
    'follows-redirects-without-count',
    'Redirects are followed as long as there are any.',
    ['fetch.redirect'],
    { rules: { mayFollow: () => true } },
  ),
  animal(
    'Z440',
    'trusts-what-is-behind-a-redirect',
    'Who answers with a redirect has been trusted already: what is found there is not matched.',
    ['fetch.redirect'],
    {
      rules: {
        mayFollow: (from, to, how) => {
          followed.add(to);
          return defaultRules.mayFollow(from, to, how);
        },
        imageMatches: (content, wanted, hashing) =>
          (content.kind === 'bytes' && fromThere.has(content.bytes)) ||
          imageMatches(content, wanted, hashing),
      },
      ports: {
        fetch: (payloads, uri) => {
          const found = defaultPorts.fetch(payloads, uri);
          if (found?.kind === 'bytes' && followed.delete(uri)) fromThere.add(found.bytes);
          return found;
        },
      },
    },
  ),
  animal(
    'Z148',
    'caches-keys-of-removed-anchors',
    'The keys are read once; an anchor that is removed later still verifies.',
    ['toctou.anchor'],
    {
      steps: (steps) =>
        replaceStep(steps, authenticate, (work) => {
          const { device } = work;
          const { recipient } = device;
          const anchors = cached.get(device) ?? recipient.anchors;
          cached.set(device, anchors);
          device.recipient = { ...recipient, anchors };
          const problem = authenticate(work);
          device.recipient = recipient;
          return problem;
        }),
    },
  ),
  animal(
    'Z181',
    'lets-the-last-update-win',
    'Of two updates at once the one that ends last is kept, with its number.',
    ['toctou.parallel'],
    { rules: { undisturbed: () => true } },
  ),
];
