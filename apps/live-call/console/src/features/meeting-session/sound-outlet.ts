/** Plays the meeting's sound. Browsers may keep a page silent until the person has clicked on it. */
export interface SoundOutlet {
  element: HTMLAudioElement;
  /** To be called from a click: lets the sound out. */
  unblock(): void;
  close(): void;
}

/** Creates an outlet; `blocked` is called whenever the browser starts or stops keeping it silent. */
export function createSoundOutlet(blocked: (is: boolean) => void): SoundOutlet {
  const element = document.createElement('audio');
  element.hidden = true;
  document.body.append(element);
  const play = () => {
    element.play().catch((error: unknown) => {
      // An `AbortError` only says that another stream has replaced this one.
      if (error instanceof DOMException && error.name === 'NotAllowedError') blocked(true);
    });
  };
  element.addEventListener('loadedmetadata', play);
  element.addEventListener('playing', () => blocked(false));
  return {
    element,
    unblock: play,
    close() {
      element.srcObject = null;
      element.remove();
    },
  };
}
