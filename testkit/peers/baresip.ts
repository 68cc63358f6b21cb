import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tone, writeWav } from '#audio';
import { eventually } from '../eventually.ts';
import { reservePorts } from '../reserved-ports.ts';
import type { SoundListener } from '../telephone/ears.ts';
import { GrowingRecording } from './growing-recording.ts';

const RATE = 8000;
/** Seconds of the tone: longer than any test's call, because baresip hangs up when the file ends. */
const TONE_SECONDS = 120;
/** Milliseconds between two keys, so that baresip keeps them apart. */
const KEY_GAP_MS = 160;
/** baresip's port range for RTP; it takes the first free pair. */
const RTP_PORTS = '41000-41900';

/** An event of `ctrl_tcp`: `type` is e.g. `CALL_ESTABLISHED`. */
export interface BaresipEvent {
  type?: string;
  param?: string;
}

export interface BaresipOptions {
  /** The number from which it calls. */
  from: string;
  codec: 'PCMU' | 'PCMA';
  /** The tone that it sends all the time. */
  toneHz: number;
  /** Sound at 8 kHz that it sends instead of the tone, followed by silence. */
  says?: Int16Array;
  /** The registrar at which it registers its number; if absent, it does not register. */
  registrar?: { port: number; transport: 'udp' | 'tcp' };
}

/** A line of baresip's accounts file. */
function accountOf({ from, codec, registrar }: BaresipOptions): string {
  const codecs = `audio_codecs=${codec}/8000/1`;
  if (!registrar) return `<sip:${from}@127.0.0.1;transport=udp>;regint=0;${codecs}\n`;
  const { port, transport } = registrar;
  return `<sip:${from}@127.0.0.1:${port};transport=${transport}>;auth_pass=none;regint=60;${codecs}\n`;
}

function configuration(folder: string, sipPort: number, controlPort: number): string {
  return [
    ['poll_method', 'epoll'],
    ['sip_listen', `127.0.0.1:${sipPort}`],
    ['net_interface', '127.0.0.1'],
    ['audio_source', `aufile,${folder}/tone.wav`],
    ['audio_player', `aufile,${folder}/unused.wav`],
    ['audio_alert', 'aufile,/dev/null'],
    ['ausrc_srate', String(RATE)],
    ['auplay_srate', String(RATE)],
    ['ausrc_channels', '1'],
    ['auplay_channels', '1'],
    ['rtp_ports', RTP_PORTS],
    ['module_path', '/usr/lib/baresip/modules'],
    ['module', 'g711.so'],
    ['module', 'aufile.so'],
    ['module', 'sndfile.so'],
    ['snd_path', folder],
    ['module_app', 'account.so'],
    ['module_app', 'menu.so'],
    ['module_app', 'ctrl_tcp.so'],
    ['ctrl_tcp_listen', `127.0.0.1:${controlPort}`],
  ]
    .map(([name = '', value]) => `${name.padEnd(20)}${value}\n`)
    .join('');
}

/**
 * Extracts complete netstrings (`LEN:BYTES,`) from the front.
 * @returns the rest, which waits for more bytes
 */
function takeNetstrings(text: string, take: (body: string) => void): string {
  let rest = text;
  for (;;) {
    const colon = rest.indexOf(':');
    const length = Number(rest.slice(0, colon));
    if (colon < 0 || rest.length < colon + 1 + length + 1) return rest;
    take(rest.slice(colon + 1, colon + 1 + length));
    rest = rest.slice(colon + 1 + length + 1);
  }
}

/** Connects to a loopback port; rejects while no process listens there. */
function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket)).once('error', reject);
  });
}

/** A baresip process: a real telephone, without a sound card, that sends a tone and records what it hears. */
export class Baresip implements SoundListener {
  readonly events: BaresipEvent[] = [];
  readonly line: GrowingRecording;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #control: Socket | undefined;
  #output = '';

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.line = new GrowingRecording(folder, (file) => file.endsWith('-dec.wav'));
    const hear = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-8000);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
  }

  static async start(options: BaresipOptions): Promise<Baresip> {
    const folder = mkdtempSync(path.join(tmpdir(), 'baresip-'));
    // It listens for SIP over UDP and TCP, and on the next port over TLS.
    const sipPort = await reservePorts(3);
    const controlPort = sipPort + 2;
    writeFileSync(path.join(folder, 'config'), configuration(folder, sipPort, controlPort));
    writeFileSync(path.join(folder, 'contacts'), '');
    writeFileSync(path.join(folder, 'accounts'), accountOf(options));
    const { toneHz, says } = options;
    const samples = new Int16Array(TONE_SECONDS * RATE);
    samples.set(says ?? tone(toneHz, samples.length, RATE));
    writeFileSync(path.join(folder, 'tone.wav'), writeWav({ sampleRate: RATE, samples }));
    const child = spawn('baresip', ['-f', folder], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const phone = new Baresip(child, folder);
    try {
      await phone.#connect(controlPort);
    } catch (error) {
      await phone.stop();
      throw error;
    }
    return phone;
  }

  /** Dials; rejects if the call is not established. */
  async call(uri: string): Promise<void> {
    this.#command('dial', uri);
    await this.event('CALL_ESTABLISHED');
  }

  /** Answers the ringing call. */
  async answer(): Promise<void> {
    this.#command('accept');
    await this.event('CALL_ESTABLISHED');
  }

  /** Sends RFC 4733 digits, one after the other. */
  async press(keys: string): Promise<void> {
    for (const key of keys) {
      this.#command('sndcode', key);
      await new Promise((resolve) => setTimeout(resolve, KEY_GAP_MS));
    }
  }

  /** Sends a re-INVITE with `a=sendonly`, without waiting for its answer. */
  hold(): void {
    this.#command('hold');
  }

  resume(): void {
    this.#command('resume');
  }

  async hangUp(): Promise<void> {
    this.#command('hangup');
    await this.event('CALL_CLOSED');
  }

  /** Waits until its number is registered, which may happen before it accepts commands. */
  registered(): Promise<void> {
    return this.until('registration', () => /200 OK .*\[\d+ binding/.test(this.#output));
  }

  /** Waits for an event that occurs, or has occurred since the start. */
  event(type: string): Promise<void> {
    return this.until(type, () => this.events.some((event) => event.type === type));
  }

  async until(what: string, holds: () => boolean, withinMs?: number): Promise<void> {
    const instead = (): string =>
      `${this.events.map(({ type, param }) => `${type} ${param ?? ''}`).join('\n')}\n${this.#output}`;
    await eventually(`baresip: ${what}`, holds, { withinMs, instead });
  }

  /** Ends the program, with or without a call. */
  async stop(): Promise<void> {
    this.#control?.destroy();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const closed = new Promise((resolve) => this.#child.once('close', resolve));
      this.#child.kill('SIGKILL');
      await closed;
    }
    this.line.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #connect(port: number): Promise<void> {
    this.#control = await eventually('baresip takes commands', () => connected(port), {
      instead: () => this.#output,
      hopeless: () => this.#child.exitCode !== null && 'it ended',
    });
    let text = '';
    this.#control.setEncoding('latin1').on('error', () => {});
    this.#control.on('data', (chunk: string) => {
      text = takeNetstrings(text + chunk, (body) => this.events.push(JSON.parse(body) as BaresipEvent));
    });
  }

  #command(command: string, params?: string): void {
    const body = JSON.stringify({ command, ...(params === undefined ? {} : { params }) });
    this.#control?.write(`${Buffer.byteLength(body)}:${body},`);
  }
}
