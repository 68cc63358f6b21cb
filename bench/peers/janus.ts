import { reservePorts } from '#testkit';
import { installed, PeerProcess } from './peer-process.ts';

/** The folder in which Debian's package has its modules. */
const MODULES = '/usr/lib/x86_64-linux-gnu/janus';
/** Ports for media. */
const RTP_PORTS = '20000-28000';
/** PCMU, RFC 3551. */
const PCMU = 0;

const files = (port: number): Readonly<Record<string, string>> => ({
  'janus.jcfg': `general: { debug_level = 2, session_timeout = 0, plugins_folder = "${MODULES}/plugins", transports_folder = "${MODULES}/transports" }
media: { rtp_port_range = "${RTP_PORTS}", ipv6 = false }
nat: { nice_debug = false }
plugins: { disable = "libjanus_duktape.so,libjanus_lua.so" }
transports: { disable = "libjanus_websockets.so,libjanus_pfunix.so,libjanus_rabbitmq.so,libjanus_mqtt.so,libjanus_nanomsg.so" }
`,
  'janus.transport.http.jcfg': `general: { json = "compact", base_path = "/janus", http = true, port = ${port}, ip = "127.0.0.1", https = false }
admin: { admin_http = false, admin_https = false }
`,
  'janus.plugin.audiobridge.jcfg': `general: { local_ip = "127.0.0.1", rtp_port_range = "${RTP_PORTS}" }\n`,
});

interface Answer {
  janus: string;
  data?: { id: number };
  error?: { reason: string };
  sender?: number;
  plugindata?: { data: { error?: string; rtp?: { port: number } } };
}

/** Janus's AudioBridge, where it is installed: plain RTP in and out, rooms of 8 kHz. */
export class JanusPeer {
  readonly #process: PeerProcess;
  readonly #url: string;
  #asked = 0;

  private constructor(process: PeerProcess, url: string) {
    this.#process = process;
    this.#url = url;
  }

  static async start(): Promise<JanusPeer | undefined> {
    const program = installed('janus');
    if (!program) return undefined;
    const port = await reservePorts();
    const url = `http://127.0.0.1:${port}/janus`;
    const args = (folder: string): string[] => ['-F', folder, '-C', `${folder}/janus.jcfg`, '-N'];
    const answers = async (): Promise<boolean> => (await fetch(`${url}/info`)).ok;
    return new JanusPeer(await PeerProcess.start(program, args, () => files(port), answers), url);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /**
   * Puts a participant at each of these ports into rooms of `perRoom`; resolves with the port to which each
   * must send.
   */
  async join(ports: readonly number[], perRoom: number): Promise<number[]> {
    const session = `${this.#url}/${(await this.#ask(this.#url, { janus: 'create' })).data?.id}`;
    const handles: number[] = [];
    for (const [index, port] of ports.entries()) {
      const attach = { janus: 'attach', plugin: 'janus.plugin.audiobridge' };
      const handle = (await this.#ask(session, attach)).data?.id ?? 0;
      handles.push(handle);
      const room = Math.floor(index / perRoom) + 1;
      const tell = (body: object): Promise<Answer> =>
        this.#ask(`${session}/${handle}`, { janus: 'message', body });
      if (index % perRoom === 0) {
        await tell({ request: 'create', room, sampling_rate: 8000, allow_rtp_participants: true });
      }
      const rtp = { ip: '127.0.0.1', port, payload_type: PCMU };
      await tell({ request: 'join', room, codec: 'pcmu', rtp, generate_offer: false });
    }
    return this.#joined(session, handles);
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  /** Waits for the events that contain the port of each handle's participant. */
  async #joined(session: string, handles: readonly number[]): Promise<number[]> {
    const heardAt = new Map<number, number>();
    while (heardAt.size < handles.length) {
      const events = (await (await fetch(`${session}?maxev=50`)).json()) as Answer[];
      for (const { sender, plugindata } of events) {
        if (plugindata?.data.error) throw new Error(`Janus: ${plugindata.data.error}`);
        const port = plugindata?.data.rtp?.port;
        if (sender !== undefined && port) heardAt.set(sender, port);
      }
    }
    return handles.map((handle) => heardAt.get(handle) as number);
  }

  async #ask(url: string, question: object): Promise<Answer> {
    const body = JSON.stringify({ ...question, transaction: String(++this.#asked) });
    const answer = (await (await fetch(url, { method: 'POST', body })).json()) as Answer;
    const error = answer.error?.reason ?? answer.plugindata?.data.error;
    if (error) throw new Error(`Janus: ${error}`);
    return answer;
  }
}
