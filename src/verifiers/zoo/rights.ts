/**
 * Animals that grant more than an access control list does (draft §6.2, §9; RFC 9124 §4.3.13).
 *
 * @module
 */
import type { ComponentIdentifier } from '../../suit/model.ts';
import { defaultRules } from '../reference/rules.ts';
import { animal } from './animal.ts';

const { componentOf, granted, mayUse } = defaultRules;

export const rightsAnimals = [
  animal(
    'Z430',
    'ignores-rights',
    'Whoever is trusted may do everything: rights are not looked at.',
    ['app.id.as-identity', 'comp.id.boundary'],
    { rules: { granted: () => undefined } },
  ),
  animal(
    'Z164',
    'pools-the-rights-of-all-keys',
    "A component may be used if any trusted key has a right on it: that of the vendor named, not the signer's.",
    ['app.id.as-identity'],
    { rules: { granted: (_signed, trusted) => granted(trusted, trusted) } },
  ),
  animal(
    'Z116',
    'matches-rights-on-joined-bytes',
    'A prefix is compared with the bytes of the identifier, without regard to its parts.',
    ['comp.id.boundary'],
    {
      rules: {
        isUnder: (prefix, identifier) => {
          const wanted = Buffer.concat(prefix);
          return Buffer.concat(identifier).subarray(0, wanted.length).equals(wanted);
        },
      },
    },
  ),
  animal(
    'Z431',
    'matches-the-first-part-of-a-right',
    'Of a prefix only the first part is compared.',
    ['comp.id.boundary'],
    {
      rules: { isUnder: ([first], [part]) => !first || (part && Buffer.compare(first, part) === 0) === true },
    },
  ),
  animal(
    'Z432',
    'grants-what-stands-above',
    'Prefix and identifier are compared over the shorter one: what is above a prefix is granted with it.',
    ['comp.id.boundary'],
    {
      rules: {
        isUnder: (prefix, identifier) => defaultRules.isUnder(prefix.slice(0, identifier.length), identifier),
      },
    },
  ),
  animal(
    'Z433',
    'lists-no-commands-in-rights',
    'A right on a component is one to all commands and parameters.',
    ['app.id.as-identity'],
    {
      rules: { mayUse: (there, { of }) => (there.length > 0 || of === 'parameter' ? true : 'acl-component') },
    },
  ),
  animal(
    'Z115',
    'asks-no-right-to-read',
    'A right is asked for the component that is written, not for the one that it is copied from.',
    ['acl.read'],
    { rules: { mayUse: (there, use) => (use.reads ? true : mayUse(there, use)) } },
  ),
  animal(
    'Z437',
    'takes-one-right-for-all',
    'Who has a right on some component may do everything.',
    ['acl.write', 'acl.command', 'app.id.as-identity'],
    {
      rules: {
        granted(signed, trusted) {
          const rights = granted(signed, trusted);
          return rights === undefined || rights.length > 0 ? undefined : rights;
        },
      },
    },
  ),
  animal(
    'Z438',
    'asks-a-right-to-match',
    'Without a right on a component nothing may be set for it either, not even the digest to match it with.',
    ['acl.digest-ok'],
    { rules: { mayUse: (there, use) => (there.length === 0 ? 'acl-component' : mayUse(there, use)) } },
  ),
  animal(
    'Z439',
    'lists-no-parameters-in-rights',
    'Rights are asked for directives alone: what these may be given is not looked at.',
    ['acl.command', 'app.id.as-identity'],
    { rules: { mayUse: (there, use) => (use.of === 'parameter' ? true : mayUse(there, use)) } },
  ),
  animal(
    'Z434',
    'resolves-paths',
    'Identifiers are resolved as paths of files, after their rights were looked up.',
    ['comp.id.path'],
    { rules: { componentOf: (identifier, components) => componentOf(resolved(identifier), components) } },
  ),
  animal(
    'Z435',
    'updates-parts-of-a-set',
    'An update may be for some components of a set.',
    ['comp.set.partial'],
    { rules: { coversSet: () => true } },
  ),
];

/** Each part up to a zero byte, taken apart at slashes; ".." takes away the part before it. */
function resolved(identifier: ComponentIdentifier): ComponentIdentifier {
  const parts: Uint8Array[] = [];
  for (const part of identifier.flatMap(segments)) {
    if (part.equals(Buffer.from('..'))) parts.pop();
    else parts.push(part);
  }
  return parts;
}

function segments(part: Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(part);
  const end = bytes.indexOf(0);
  // A name that is a zero byte alone is one, not the end of nothing.
  const name = end > 0 ? bytes.subarray(0, end) : bytes;
  const slash = name.indexOf('/');
  return slash < 0 ? [name] : [name.subarray(0, slash), ...segments(name.subarray(slash + 1))];
}
