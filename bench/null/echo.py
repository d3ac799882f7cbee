"""Writes each line that it reads: what the messages alone cost."""
import sys

read, write, flush = sys.stdin.buffer.readline, sys.stdout.buffer.write, sys.stdout.buffer.flush
while line := read():
    write(line)
    flush()
