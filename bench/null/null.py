"""A verifier that accepts everything, for the cost of the transport alone: it finds type, session and id, nothing else."""
import sys

HELLO = (b'{"type":"hello","protocol":1,"concurrency":16,"claims":{"name":"null","version":"1","revisions":["37"],'
         b'"levels":["authenticated"],"events":["update","boot"],"commands":[],"parameters":[],"algorithms":[-8],'
         b'"digests":[-16],"structures":["sign1"],"extensions":[],"reports":[],"keepsState":false}}\n')


def number(line, name):
    """The digits after "name":"""
    start = line.index(b'"%s":' % name) + len(name) + 3
    end = start
    while line[end:end + 1].isdigit():
        end += 1
    return line[start:end]


read, write, flush = sys.stdin.buffer.readline, sys.stdout.buffer.write, sys.stdout.buffer.flush
while line := read():
    if line.startswith(b'{"type":"deliver"'):
        write(b'{"type":"decision","session":%s,"id":%s,"kind":"accepted","level":"authenticated"}\n'
              % (number(line, b"session"), number(line, b"id")))
    elif line.startswith(b'{"type":"close"'):
        write(b'{"type":"close","session":%s}\n' % number(line, b"session"))
    elif line.startswith(b'{"type":"hello"'):
        write(HELLO)
    else:
        continue
    flush()
