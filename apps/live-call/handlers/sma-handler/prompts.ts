/** Keys of the prompts that the handler plays of its own accord; the recordings are in `prompts/`. */
export const PROMPT = {
  /** A second of silence, the welcome and the question in one file: keys count from the answer on. */
  welcomeEnterPin: 'welcome-enter-pin.wav',
  enterPin: 'enter-pin.wav',
  holdOn: 'hold-on.wav',
  wrongPin: 'wrong-pin.wav',
  tooManyTries: 'too-many-tries.wav',
  joined: 'joined.wav',
  muted: 'muted.wav',
  unmuted: 'unmuted.wav',
  othersMuted: 'others-muted.wav',
  othersUnmuted: 'others-unmuted.wav',
  meetingEnded: 'meeting-ended.wav',
  sorry: 'sorry.wav',
} as const;

/** The prompt that an operator's PlayAudio plays when it names none. */
export const DEFAULT_PROMPT = 'announcement.wav';
