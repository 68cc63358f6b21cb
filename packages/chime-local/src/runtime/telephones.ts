import path from 'node:path';
import type { PlayAudio, SpeakText } from 'pstn-audio/engine';
import { parseWav, resample, TELEPHONE_RATE } from '#audio';
import { CallReport, type CallWatch, LiveCalls } from '#call-host';
import type { NumberRoute } from '#options';
import { openJournal, silentLog, systemClock } from '#platform';
import { Activity } from '#web';
import { startCallServer } from './call-server.ts';
import type { CallServer } from './call-server-parts.ts';
import type { EmulatedCloud } from './emulated-cloud.ts';
import { LOOPBACK } from './home.ts';

/** Milliseconds that telephones have to end their calls. Ours. */
const FAREWELL_MS = 500;

/** Telephones for an application that was started without any. */
export interface Telephones {
  server: CallServer;
  /** The audio of the application's prompts and texts, 8 kHz; undefined if the object does not exist. */
  samplesOf(output: PlayAudio | SpeakText): Promise<Int16Array | undefined>;
  close(): Promise<void>;
}

/**
 * Starts real sockets and media for the calls of an application.
 *
 * @param folder keeps calls in progress and recordings meanwhile
 * @param routes routes for the application's calls
 */
export async function startTelephones(
  cloud: EmulatedCloud,
  folder: string,
  watch: CallWatch,
  routes: readonly NumberRoute[] = [],
): Promise<Telephones> {
  const journal = openJournal(path.join(folder, 'calls.journal'));
  const liveCalls = new LiveCalls(journal, systemClock);
  const server = await startCallServer({
    address: LOOPBACK,
    sipPort: 0,
    cloud,
    activity: new Activity(),
    report: new CallReport(silentLog, systemClock),
    liveCalls,
    region: cloud.region,
    recordingsFolder: path.join(folder, 'recordings'),
    watches: [watch],
    routes,
    log: silentLog,
  });
  return {
    server,
    async samplesOf(output) {
      if (output.kind === 'SpeakText') return server.speech.synthesize(output);
      const body = (await cloud.s3.read(output.source.BucketName, output.source.Key))?.body;
      if (!body) return undefined;
      const { samples, sampleRate } = parseWav(body);
      return sampleRate === TELEPHONE_RATE ? samples : resample(samples, sampleRate, TELEPHONE_RATE);
    },
    async close() {
      server.lines.internal.close();
      await server.sip.close(FAREWELL_MS);
      await server.recordings.settled();
      await Promise.all([server.media.close(), server.speech.close()]);
      liveCalls.close();
    },
  };
}
