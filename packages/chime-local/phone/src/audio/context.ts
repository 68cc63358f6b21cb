let context: AudioContext | undefined;

/**
 * The page's only AudioContext. Browsers let it sound only after the user has interacted with the page;
 * `wake` is called then.
 */
export function audioContext(): AudioContext {
  context ??= new AudioContext({ latencyHint: 'interactive' });
  return context;
}

/** Resumes the context; resolves once it runs, which may require an interaction of the user. */
export function wake(): Promise<void> {
  return audioContext().resume();
}

/** Suspends the context while nothing sounds, so that the browser can release the sound card. */
export function rest(): void {
  void context?.suspend().catch(() => {});
}

/** Whether the browser would let the page ring; false before the first interaction. */
export function maySound(): boolean {
  return navigator.userActivation?.hasBeenActive ?? true;
}
