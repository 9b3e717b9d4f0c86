/** Processes and listening sockets, as Linux's own tables have them. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export const HAS_PROC: boolean = process.platform === 'linux';

export type Process = { readonly pid: number; readonly parent: number; readonly args: string };

/** What is still there when it is read; a process may end in between. */
function attempt<T>(read: () => T): readonly T[] {
  try {
    return [read()];
  } catch {
    return [];
  }
}

function readProcess(pid: number): Process {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name is in brackets and may hold anything; state and parent follow the last bracket.
  const [, parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  return { pid, parent: Number(parent), args };
}

/** Children of this process, theirs, and so on. */
export function descendants(of: number = process.pid): readonly Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => attempt(() => readProcess(Number(name))));
  const below = (pid: number): readonly Process[] =>
    all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid)]);
  return below(of);
}

export type Listener = { readonly address: string; readonly port: number };

const LISTENING = '0A';
const LOOPBACK: Readonly<Record<string, string>> = {
  '0100007F': '127.0.0.1',
  '00000000000000000000000001000000': '::1',
};

function listenersIn(table: 'tcp' | 'tcp6', inodes: ReadonlySet<string>): readonly Listener[] {
  return readFileSync(`/proc/net/${table}`, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === LISTENING && inodes.has(inode ?? ''))
    .map(([, local = '']) => {
      const [address = '', port = ''] = local.split(':');
      return { address: LOOPBACK[address] ?? address, port: Number.parseInt(port, 16) };
    });
}

/** Inodes of the sockets that a process holds. */
const socketsOf = (pid: number): ReadonlySet<string> => {
  const fds = attempt(() => readdirSync(`/proc/${pid}/fd`)).flat();
  const links = fds.flatMap((fd) => attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`)));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
};

/** TCP sockets that a process listens on. Addresses other than loopback are shown as the kernel writes them. */
export const listeners = (pid: number): readonly Listener[] =>
  (['tcp', 'tcp6'] as const).flatMap((table) => listenersIn(table, socketsOf(pid)));

/** Paths of the Unix sockets that a process listens on. */
export function privateSockets(pid: number): readonly string[] {
  const inodes = socketsOf(pid);
  return readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , flags, , , inode = '']) => flags === '00010000' && inodes.has(inode))
    .flatMap(([, , , , , , , path]) => path ?? []);
}
