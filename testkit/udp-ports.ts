import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The UDP ports that a process has open. Linux: from /proc. */
export function udpPorts(pid: number): number[] {
  const sockets = new Set<string>();
  for (const name of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1];
      if (inode) sockets.add(inode);
    } catch {
      // It was closed while we looked.
    }
  }
  const lines = readFileSync(`/proc/${pid}/net/udp`, 'latin1').trim().split('\n').slice(1);
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return fields
    .filter(([, , , , , , , , , inode = '']) => sockets.has(inode))
    .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16));
}
