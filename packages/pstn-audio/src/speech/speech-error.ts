/**
 * A text that cannot be spoken. The message is in the speech service's words; `detail` tells a log what
 * is wrong, without the text itself.
 * Source: Amazon Polly API Reference, SynthesizeSpeech, "Errors".
 */
export class SpeechError extends Error {
  override readonly name = 'SpeechError';
  readonly detail: string;

  constructor(message: string, detail: string) {
    super(message);
    this.detail = detail;
  }
}
