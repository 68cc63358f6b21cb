import { SpeechError } from 'pstn-audio';
import { silentLog } from '#platform';
import type { SpeechRequest } from '#speech';
import { startSpeech } from '#speech';
import { type EngineChoice, UsageError } from './command-line.ts';

/** Samples per second of a prompt. */
export const PROMPT_RATE = 8000;
/** Milliseconds for which AWS credentials are looked for: a machine's metadata service may not answer. */
const CREDENTIALS_LIMIT_MS = 3000;
/** Maximum milliseconds of one answer from Polly. */
const POLLY_LIMIT_MS = 20_000;

/** A speech engine that produces 8 kHz samples. */
export interface Engine {
  name: string;
  speak(request: SpeechRequest): Promise<Int16Array>;
  close(): Promise<void>;
}

/** The chosen engine; `auto`: Polly if there are credentials for it. @throws {UsageError} */
export async function chooseEngine(choice: EngineChoice): Promise<Engine> {
  if (choice === 'offline') return offlineEngine();
  const polly = await pollyEngine();
  if (polly) return polly;
  if (choice === 'auto') return offlineEngine();
  throw new UsageError(
    'No AWS credentials were found for Amazon Polly: sign in (aws configure), or use --engine offline.',
  );
}

function offlineEngine(): Engine {
  const speech = startSpeech({ log: silentLog });
  return {
    name: 'the offline voice (Flite)',
    speak: async (request) => {
      try {
        return await speech.synthesize(request);
      } catch (error) {
        throw new UsageError(
          error instanceof SpeechError
            ? `${error.message}: ${error.detail}.`
            : String((error as Error).message),
        );
      }
    },
    close: () => speech.close(),
  };
}

/** Undefined: there are no credentials, or they could not be obtained in time. */
async function pollyEngine(): Promise<Engine | undefined> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { PollyClient, SynthesizeSpeechCommand } = await import('@aws-sdk/client-polly');
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  const limits = { connectionTimeout: CREDENTIALS_LIMIT_MS, requestTimeout: POLLY_LIMIT_MS };
  const client = new PollyClient({ maxAttempts: 2, requestHandler: limits, ...(region ? { region } : {}) });
  if (!(await inTime(client.config.credentials()))) {
    client.destroy();
    return undefined;
  }
  return {
    name: 'Amazon Polly',
    async speak({ text, textType, voiceId }) {
      try {
        const answer = await client.send(
          new SynthesizeSpeechCommand({
            OutputFormat: 'pcm',
            SampleRate: String(PROMPT_RATE),
            Text: text,
            TextType: textType,
            VoiceId: voiceId as 'Joanna',
          }),
        );
        const bytes = await answer.AudioStream!.transformToByteArray();
        // Copied, so that the samples begin at an even address.
        return new Int16Array(bytes.slice(0, bytes.length & ~1).buffer);
      } catch (error) {
        const { name, message } = error as Error;
        throw new UsageError(
          `Amazon Polly refused (${name}: ${message}): mend that, or use --engine offline.`,
        );
      }
    },
    close: async () => client.destroy(),
  };
}

/** The promise's value, or undefined when it rejects or takes too long. */
async function inTime<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), CREDENTIALS_LIMIT_MS);
  });
  try {
    return await Promise.race([promise.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
