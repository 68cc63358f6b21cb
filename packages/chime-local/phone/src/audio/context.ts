let context: AudioContext | undefined;

/**
 * The page's one AudioContext. Browsers let it sound only after the person has done something on the page;
 * `wake` is called then.
 */
export function audioContext(): AudioContext {
  context ??= new AudioContext({ latencyHint: 'interactive' });
  return context;
}

/** Lets the context run; resolves when it does, which may be only when the person does something. */
export function wake(): Promise<void> {
  return audioContext().resume();
}

/** Nothing sounds now: the browser may rest its sound card. */
export function rest(): void {
  void context?.suspend().catch(() => {});
}

/** False while the browser would not let the page ring. */
export function maySound(): boolean {
  return navigator.userActivation?.hasBeenActive ?? true;
}
