/** The probe in a page, as `window.probe`. All times are in ms of `Date.now()`, some with fractions. */
export interface ProbeInPage {
  /** Resolves when the probe's ear and mouth are running. */
  ready(): Promise<void>;
  /** Discards everything that was noted. */
  forget(): void;
  /** When each stage was first reached since `forget`. */
  marks(): Record<string, number>;
  /** Notes that a stage has been reached now. */
  mark(stage: string): void;
  /** From now on the newest connection sends the probe's sound: silence and beeps. */
  takeMicrophone(): Promise<void>;
  /** Beeps; resolves with the time at which the first sample left the page's sound graph. */
  beep(): Promise<number>;
  /**
   * Sends the mouth's sound to the page itself, over a separate connection without a server, in packets of
   * that many ms.
   */
  callItself(packetMs: number): Promise<void>;
  /**
   * From now on the ear also hears the mouth: through a stream as for a connection, or over the connection of
   * `callItself`.
   */
  hearItself(by: 'stream' | 'connection'): Promise<void>;
  /**
   * For what the newest connection (or that of `callItself`) has received so far: the seconds that samples
   * spent in the jitter buffer, and their number.
   */
  jitterBuffer(of?: 'itself'): Promise<{ delay: number; emitted: number }>;
  /** When each beep since `forget` arrived in the page's sound graph. */
  onsets(): number[];
}

declare global {
  interface Window {
    probe: ProbeInPage;
  }
}

/**
 * The probe's part on the audio thread. A block of sound is dated by the mean of the clock relative to the
 * count of samples, because blocks arrive in small batches.
 */
export const WORKLET = `
const QUIET_S = 0.15;
const LOUD = 0.08;
const BEEP_S = 0.04;
const BEEP_HZ = 1000;
class Dated extends AudioWorkletProcessor {
  now() {
    const lead = Date.now() - currentTime * 1000;
    this.lead = this.lead === undefined || Math.abs(lead - this.lead) > 100 ? lead : this.lead + (lead - this.lead) / 256;
    return this.lead + currentTime * 1000;
  }
}
registerProcessor('probe-ear', class extends Dated {
  quiet = sampleRate;
  process([[samples]]) {
    const now = this.now();
    if (!samples) this.quiet += 128;
    else for (let n = 0; n < samples.length; n++) {
      this.quiet++;
      if (Math.abs(samples[n]) < LOUD) continue;
      if (this.quiet > QUIET_S * sampleRate) this.port.postMessage(now + (n * 1000) / sampleRate);
      this.quiet = 0;
    }
    return true;
  }
});
registerProcessor('probe-mouth', class extends Dated {
  left = 0;
  asked = false;
  constructor() {
    super();
    this.port.onmessage = () => { this.asked = true; };
  }
  process(_, [[samples]]) {
    const now = this.now();
    if (this.asked) {
      this.asked = false;
      this.left = Math.round(BEEP_S * sampleRate);
      this.port.postMessage(now);
    }
    for (let n = 0; n < samples.length && this.left > 0; n++, this.left--)
      samples[n] = 0.4 * Math.sin((2 * Math.PI * BEEP_HZ * (Math.round(BEEP_S * sampleRate) - this.left)) / sampleRate);
    return true;
  }
});
`;

/**
 * Runs in every page before the page's own scripts. It is passed as text, so it must be self-contained. Notes
 * the stages of a join, and listens to what the newest connection receives.
 */
export function installProbe(worklet: string): void {
  const LOOK_MS = 20;
  const PACKET_MS = 10;
  let marks: Record<string, number> = {};
  let onsets: number[] = [];
  let newest: RTCPeerConnection | undefined;
  let toItself: { connection: RTCPeerConnection; sound: MediaStreamAudioSourceNode } | undefined;
  let listened: MediaStreamAudioSourceNode | undefined;
  let parts: Promise<{ context: AudioContext; ear: AudioWorkletNode; mouth: AudioWorkletNode }> | undefined;

  const markAt = (stage: string, at: number): void => {
    marks[stage] ??= at;
  };
  const mark = (stage: string): void => markAt(stage, Date.now());

  const start = async () => {
    const context = new AudioContext({ latencyHint: 'interactive' });
    const url = URL.createObjectURL(new Blob([worklet], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(url);
    URL.revokeObjectURL(url);
    await context.resume();
    const ear = new AudioWorkletNode(context, 'probe-ear');
    ear.port.onmessage = ({ data }: MessageEvent<number>) => {
      onsets.push(data);
      markAt('first sound', data);
    };
    // A node that is not connected to an output may not be processed.
    ear.connect(new GainNode(context, { gain: 0 })).connect(context.destination);
    const mouth = new AudioWorkletNode(context, 'probe-mouth', {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    return { context, ear, mouth };
  };
  const running = () => {
    parts ??= start();
    return parts;
  };

  const listen = async (track: MediaStreamTrack): Promise<void> => {
    const { context, ear } = await running();
    listened?.disconnect();
    listened = context.createMediaStreamSource(new MediaStream([track]));
    listened.connect(ear);
  };

  /**
   * Statistics are updated a few times a second: the first packet's time is derived from how many arrived up
   * to the last one.
   */
  const watchPackets = (connection: RTCPeerConnection): void => {
    const timer = setInterval(async () => {
      if (connection.connectionState === 'closed' || marks['first packet']) clearInterval(timer);
      for (const report of (await connection.getStats()).values()) {
        const sound = report.type === 'inbound-rtp' && report.kind === 'audio';
        if (!sound || !report.packetsReceived || connection !== newest) continue;
        markAt('first packet', report.lastPacketReceivedTimestamp - (report.packetsReceived - 1) * PACKET_MS);
      }
    }, LOOK_MS);
  };

  const Connection = window.RTCPeerConnection;

  /** Waits until the connection's description has all its candidates. */
  const gathered = async (connection: RTCPeerConnection): Promise<void> => {
    const complete = new Promise<void>((resolve) => {
      connection.onicegatheringstatechange = () => {
        if (connection.iceGatheringState === 'complete') resolve();
      };
    });
    await connection.setLocalDescription();
    await complete;
  };

  window.RTCPeerConnection = class extends Connection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      newest = this;
      this.addEventListener('track', ({ track }) => {
        if (track.kind === 'audio') void listen(track);
      });
      this.addEventListener('iceconnectionstatechange', () => {
        if (/^(connected|completed)$/.test(this.iceConnectionState)) mark('ICE connected');
      });
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState !== 'connected') return;
        mark('DTLS connected');
        watchPackets(this);
      });
    }
  };

  const Original = window.WebSocket;
  window.WebSocket = class extends Original {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('open', () => mark('WebSocket open'));
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string' && /^SIP\/2\.0 200[\s\S]*^CSeq:\s*\d+ INVITE/im.test(data)) mark('200');
      });
    }

    override send(data: string | Blob | BufferSource): void {
      if (typeof data === 'string' && data.startsWith('INVITE ')) mark('INVITE sent');
      super.send(data);
    }
  };

  document.addEventListener('click', () => mark('click'), { capture: true });

  window.probe = {
    ready: async () => void (await running()),
    forget() {
      marks = {};
      onsets = [];
    },
    marks: () => marks,
    mark,
    async takeMicrophone() {
      const { context, mouth } = await running();
      const out = context.createMediaStreamDestination();
      mouth.connect(out);
      const sounds = newest?.getTransceivers().find(({ receiver }) => receiver.track.kind === 'audio');
      await sounds?.sender.replaceTrack(out.stream.getAudioTracks()[0] ?? null);
    },
    async beep() {
      const { mouth } = await running();
      return new Promise((resolve) => {
        mouth.port.onmessage = ({ data }: MessageEvent<number>) => resolve(data);
        mouth.port.postMessage('beep');
      });
    },
    async callItself(packetMs) {
      const { context, mouth } = await running();
      const out = context.createMediaStreamDestination();
      mouth.connect(out);
      const [from, to] = [new Connection(), new Connection()];
      const heard = new Promise<MediaStreamTrack>((resolve) => {
        to.ontrack = ({ track }) => resolve(track);
      });
      from.addTrack(out.stream.getAudioTracks()[0] as MediaStreamTrack, out.stream);
      await gathered(from);
      await to.setRemoteDescription(from.localDescription as RTCSessionDescription);
      await gathered(to);
      const sdp = `${to.localDescription?.sdp}a=ptime:${packetMs}\r\n`;
      await from.setRemoteDescription({ type: 'answer', sdp });
      const stream = new MediaStream([await heard]);
      const sound = context.createMediaStreamSource(stream);
      // Chromium decodes what a connection receives only for an element that plays it.
      const player = new Audio();
      player.srcObject = stream;
      player.muted = true;
      await player.play();
      toItself = { connection: to, sound };
    },
    async hearItself(by) {
      const { context, ear, mouth } = await running();
      if (by === 'connection') return void toItself?.sound.connect(ear);
      const out = context.createMediaStreamDestination();
      mouth.connect(out);
      context.createMediaStreamSource(out.stream).connect(ear);
    },
    async jitterBuffer(of) {
      const connection = of ? toItself?.connection : newest;
      for (const report of (await connection?.getStats())?.values() ?? [])
        if (report.type === 'inbound-rtp' && report.kind === 'audio')
          return { delay: report.jitterBufferDelay, emitted: report.jitterBufferEmittedCount };
      return { delay: 0, emitted: 0 };
    },
    onsets: () => onsets,
  };
}
