/**
 * Verifiers in a child process with a limited heap: libraries, zoo animals and users' modules.
 *
 * @module
 */
import { type ForkOptions, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ceilingBytesOf } from '../host.ts';
import { adopt, bareEnvironment, canLimit, limitingShell } from './child-process.ts';
import { failureOf, faultOf } from './death.ts';
import { type IsolatedHost, openHost, type TransportOptions, whyGone } from './isolated-host.ts';
import type { JobsMessage, Source } from './messages.ts';
import { OutputTail } from './output-tail.ts';
import type { Launch } from './runner.ts';
import { runnerClient } from './runner-client.ts';
import { markedWith, newMark } from './strays.ts';

const depth = 64;
/** Node's own data beside the heap: thread stacks, code, the young generation. */
const runtimeMiB = 192;

export async function openChildHost(
  spec: string,
  source: Source,
  options: TransportOptions,
): Promise<IsolatedHost> {
  return openHost(spec, launchChild(spec, source, options), options);
}

function launchChild(spec: string, source: Source, options: TransportOptions): Launch {
  const ceilingBytes = ceilingBytesOf(options);
  const mark = newMark();
  return async (events) => {
    const runner = fileURLToPath(new URL('./child-runner.js', import.meta.url));
    const child = adopt(fork(runner, [JSON.stringify(source)], forkOptions(options, mark)), { mark });
    const { process: forked, kill } = child;
    // Nothing is shown, but unread output would block the child.
    new OutputTail(forked.stdout);
    const client = runnerClient({ spec, helloMs: options.helloMs, ceilingBytes, events, kill });
    forked.on('message', client.receive);
    forked.on('error', () => undefined);
    void child.gone.then((exit) => client.gone(failureOf(exit, ceilingBytes), whyGone(exit)));
    const claims = await client.hello;
    return {
      claims,
      depth,
      inOrder: true,
      ...(forked.pid !== undefined && { pid: forked.pid }),
      runner: {
        start: (jobs) => {
          // One message a job: within a message, jobs would share objects, and one could change another's.
          for (const job of jobs) {
            const message: JobsMessage = { kind: 'jobs', jobs: [job], flush: jobs.length === 1 };
            // It may be gone already; its exit tells.
            if (forked.connected) forked.send(message, () => undefined);
          }
        },
        stop: kill,
        quit: async () =>
          faultOf(
            await child.leave(() => {
              if (forked.connected) forked.disconnect();
            }),
          ),
      },
    };
  };
}

function forkOptions({ memoryMiB, cwd, env }: TransportOptions, mark: string): ForkOptions {
  const heap = memoryMiB === 'none' ? [] : [`--max-old-space-size=${memoryMiB}`];
  // Buffers lie outside the heap: the shell's limit on data holds them, then the shell becomes Node.
  // Descriptor 3 is the channel to the bench.
  const data = memoryMiB === 'none' ? memoryMiB : memoryMiB + runtimeMiB;
  const [shell, ...script] = limitingShell({ memoryMiB: data }, 4);
  const limited = { execPath: shell, execArgv: [...script, process.execPath, ...heap] };
  return {
    ...(canLimit ? limited : { execArgv: heap }),
    cwd,
    detached: true,
    env: bareEnvironment({ ...env, ...markedWith(mark) }),
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  };
}
