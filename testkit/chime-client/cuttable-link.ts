import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP relay to a server that can be cut, which simulates a network failure for a WebSocket. */
export class CuttableLink {
  readonly #server: Server;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #broken = false;

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
    server.on('connection', (near) => this.#join(near));
  }

  /** Creates a link to the host and port of a URL. */
  static async to(url: string): Promise<CuttableLink> {
    const server = createServer({ pauseOnConnect: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CuttableLink(server, new URL(url));
  }

  /** The same URL through this link. */
  get url(): string {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return url.href;
  }

  /** The number of open connections. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Resets every connection; no new one can be made until `mend`. */
  cut(): void {
    this.#broken = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  mend(): void {
    this.#broken = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    if (this.#broken) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(Number(this.#target.port), this.#target.hostname);
    const ends = [near, far];
    for (const socket of ends) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        for (const end of ends) {
          this.#sockets.delete(end);
          end.destroy();
        }
      });
    }
    // The request's first packet contains the Host header, which is replaced because the server accepts only
    // its own.
    near.once('data', (first: Buffer) => {
      far.write(first.toString('latin1').replace(/^host: .*$/im, `Host: ${this.#target.host}`), 'latin1');
      near.pipe(far);
    });
    far.pipe(near);
    near.resume();
  }
}
