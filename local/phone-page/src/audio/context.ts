let context: AudioContext | undefined;

/**
 * The page's one AudioContext. Browsers let it sound only after the person has done something on the page;
 * `wake` is called then.
 */
export function audioContext(): AudioContext {
  context ??= new AudioContext({ latencyHint: 'interactive' });
  return context;
}

/** Lets the context run, when it may. */
export function wake(): void {
  if (context?.state === 'suspended') void context.resume().catch(() => {});
}

/** False while the browser would not let the page ring. */
export function maySound(): boolean {
  return navigator.userActivation?.hasBeenActive ?? true;
}
