/**
 * What the operating system refuses of files and folders, in words.
 *
 * @module
 */

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'it, or a part of its path, is no folder',
  EISDIR: 'it is a folder',
  EEXIST: 'there is a file of that name',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many links in the path',
  ENOSPC: 'no space is left',
  EDQUOT: 'the quota is used up',
  EIO: 'the disk fails',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** Not of the path that somebody named, but of the machine. */
const ofTheMachine: readonly string[] = ['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE'];

/** "permission denied (EACCES)"; of an unknown code the code alone. */
export function troubleOf(thrown: unknown): string {
  const code = codeOf(thrown);
  const reason = reasons[code];
  return reason === undefined ? code : `${reason} (${code})`;
}

/** Who can mend it: a path can be chosen otherwise, a full disk is the machine's. */
export function blameFor(thrown: unknown): 'usage' | 'bench' {
  return ofTheMachine.includes(codeOf(thrown)) ? 'bench' : 'usage';
}

/** An error of the file system, which names its path. */
export function isFileTrouble(thrown: unknown): thrown is Error & { readonly path: string } {
  return (
    thrown instanceof Error &&
    'path' in thrown &&
    typeof thrown.path === 'string' &&
    codeOf(thrown) in reasons
  );
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
}
