import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { RunningStack } from './running-stack.ts';

/** The state of an established TCP connection in /proc. */
const ESTABLISHED = '01';

/** What another process can see of the runtime. Linux only, from /proc. */
export class RuntimeFromOutside {
  readonly #pid: number;
  readonly #webPort: number;

  constructor(stack: RunningStack) {
    this.#pid = stack.endpoints.pid;
    this.#webPort = Number(new URL(stack.endpoints.console).port);
  }

  /** Resident memory, MB. */
  get residentMb(): number {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024);
  }

  /** Ports of its UDP sockets: one for SIP, those of each leg's sound, and those that are kept ready. */
  udpPorts(): number[] {
    return this.#sockets('udp').map(({ port }) => port);
  }

  /**
   * Open connections to the web server: WebSockets of phones and meeting clients, and HTTP, even if idle for
   * some seconds.
   */
  connections(): number {
    const ours = this.#sockets('tcp').filter(
      ({ port, state }) => port === this.#webPort && state === ESTABLISHED,
    );
    return ours.length;
  }

  /** The runtime's own sockets of one protocol. */
  #sockets(protocol: 'udp' | 'tcp'): { port: number; state: string }[] {
    const sockets = new Map(
      readFileSync(`/proc/${this.#pid}/net/${protocol}`, 'utf8')
        .split('\n')
        .slice(1, -1)
        .map((line) => line.trim().split(/\s+/))
        .map(([, local = '', , state = '', , , , , , inode]) => [inode, { port: portOf(local), state }]),
    );
    return readdirSync(`/proc/${this.#pid}/fd`).flatMap((descriptor) => {
      const socket = sockets.get(this.#inode(descriptor));
      return socket ? [socket] : [];
    });
  }

  #inode(descriptor: string): string | undefined {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${this.#pid}/fd/${descriptor}`))?.[1];
    } catch {
      // It was closed in the meantime.
      return undefined;
    }
  }
}

/** The port of `address:port` in hexadecimal digits. */
const portOf = (local: string): number => Number.parseInt(local.split(':')[1] ?? '', 16);
