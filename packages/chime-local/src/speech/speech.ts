/** Text to samples, offline. */

export interface SpeechRequest {
  text: string;
  textType: 'text' | 'ssml';
  /** Polly's voice name; mapped to the voices at hand. */
  voiceId: string;
}

export interface Speech {
  /** 8 kHz mono 16-bit samples. Cached by request. Rejects with `SpeechError` on bad SSML. */
  synthesize(request: SpeechRequest): Promise<Int16Array>;
  close(): Promise<void>;
}
