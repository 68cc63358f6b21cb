import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { RunningStack } from '#testkit';

/** What another process can see of the runtime. Linux: from /proc. */
export class RuntimeFromOutside {
  readonly #pid: number;

  constructor(stack: RunningStack) {
    this.#pid = stack.endpoints.pid;
  }

  /** Files, sockets and timers' descriptors that are open. */
  get descriptors(): number {
    return readdirSync(`/proc/${this.#pid}/fd`).length;
  }

  /** Memory that is resident, MB. */
  get residentMb(): number {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024);
  }

  /** Ports of its UDP sockets: one of SIP, and those of each leg's sound. */
  udpPorts(): number[] {
    const ports = new Map(
      readFileSync(`/proc/${this.#pid}/net/udp`, 'utf8')
        .split('\n')
        .slice(1, -1)
        .map((line) => line.trim().split(/\s+/))
        .map((columns) => [columns[9], Number.parseInt(columns[1]?.split(':')[1] ?? '', 16)]),
    );
    return readdirSync(`/proc/${this.#pid}/fd`).flatMap((descriptor) => {
      const port = ports.get(this.#inode(descriptor));
      return port === undefined ? [] : [port];
    });
  }

  #inode(descriptor: string): string | undefined {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${this.#pid}/fd/${descriptor}`))?.[1];
    } catch {
      // It was closed while we looked.
      return undefined;
    }
  }
}
