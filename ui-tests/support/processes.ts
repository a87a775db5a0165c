import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';

/** A TCP port on loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise(closed => server.close(closed));
  return port;
}

/** A server process, with what it printed for the moment it fails. */
export interface IServer {
  readonly process: ChildProcess;
  readonly output: () => string;
}

export function start(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}
): IServer {
  // A group of its own, so that kernels end with their server.
  const child = spawn(command, args, { ...options, detached: true });
  let output = '';
  const keep = (chunk: Buffer) => (output = (output + chunk).slice(-200_000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('error', error => keep(Buffer.from(String(error))));
  return { process: child, output: () => output };
}

/** Resolves when the address answers at all; rejects when the process ends first. */
export async function answers(server: IServer, url: string, seconds = 60): Promise<void> {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    if (server.process.exitCode !== null) {
      break;
    }
    try {
      await fetch(url, { redirect: 'manual' });
      return;
    } catch {
      await new Promise(later => setTimeout(later, 100));
    }
  }
  throw new Error(`No answer from ${url}\n${server.output()}`);
}

/** Ends the process and everything it started. */
export async function stop(server: IServer): Promise<void> {
  const { process: child } = server;
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
    return;
  }
  const ended = new Promise(exit => child.once('exit', exit));
  process.kill(-child.pid, 'SIGTERM');
  const impatient = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), 5000);
  await ended;
  clearTimeout(impatient);
}
