import { WebSocket } from 'ws';
import { eventually, type RunningStack } from '#testkit';

interface Message {
  id?: number;
  method?: string;
  params?: { sessionId: string; workerInfo: { title: string } };
}

/** The inspector of a stack that was started with `--inspect`: the only way to cause an unforeseen error. */
export class Inspector {
  readonly #socket: WebSocket;
  /** Sessions of the process's threads by thread name. */
  readonly #threads = new Map<string, string>();
  #sent = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const { method, params } = JSON.parse(String(data)) as Message;
      if (method !== 'NodeWorker.attachedToWorker' || !params) return;
      this.#threads.set(params.workerInfo.title, params.sessionId);
    });
  }

  static async open(stack: RunningStack): Promise<Inspector> {
    const [, address = ''] = /Debugger listening on (ws:\S+)/.exec(stack.output) ?? [];
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const inspector = new Inspector(socket);
    inspector.#send('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return inspector;
  }

  /** Throws an uncaught error in the main thread. */
  throwInMain(text: string): void {
    this.#send('Runtime.evaluate', { expression: thrown(text) });
  }

  /** Throws an uncaught error in the thread whose title contains the name. */
  async throwInThread(name: string, text: string): Promise<void> {
    const [, sessionId] = await eventually(`a thread ${name}`, () =>
      [...this.#threads].find(([title]) => title.includes(name)),
    );
    const message = JSON.stringify({
      id: 1,
      method: 'Runtime.evaluate',
      params: { expression: thrown(text) },
    });
    this.#send('NodeWorker.sendMessageToWorker', { sessionId, message });
  }

  close(): void {
    this.#socket.terminate();
  }

  #send(method: string, params: object): void {
    this.#socket.send(JSON.stringify({ id: ++this.#sent, method, params }));
  }
}

const thrown = (text: string): string => `setTimeout(() => { throw new Error(${JSON.stringify(text)}) })`;
