/** Offline text-to-speech. */

export interface SpeechRequest {
  text: string;
  textType: 'text' | 'ssml';
  /** Polly's name of the voice, which is mapped to an available one. */
  voiceId: string;
}

export interface Speech {
  /** Returns 8 kHz mono 16-bit samples, cached by request. Rejects with `SpeechError` on bad SSML. */
  synthesize(request: SpeechRequest): Promise<Int16Array>;
  close(): Promise<void>;
}
