/** What the page needs from the browser: for each feature, whether it is there. */
export interface Surroundings {
  secureCrypto: boolean;
  storage: boolean;
  streams: boolean;
  dialogs: boolean;
}

/** Determines which of the needed features the browser that runs the page has. */
export function lookAround(): Surroundings {
  return {
    secureCrypto: typeof crypto !== 'undefined' && crypto.subtle !== undefined,
    storage: storageWorks(),
    streams: typeof ReadableStream !== 'undefined' && typeof TextDecoderStream !== 'undefined',
    dialogs: typeof HTMLDialogElement !== 'undefined',
  };
}

/** One sentence for each missing feature; empty when the page can run. */
export function whatIsMissing(around: Surroundings): string[] {
  const missing: string[] = [];
  if (!around.secureCrypto)
    missing.push(
      'A secure address (sign-in needs crypto.subtle). Open the page by https://, or on this machine by http://127.0.0.1.',
    );
  if (!around.storage)
    missing.push('Storage for this tab (sessionStorage). Allow site data for this page, then load it again.');
  if (!around.streams)
    missing.push('Streams (ReadableStream, TextDecoderStream). Use a browser of 2023 or newer.');
  if (!around.dialogs) missing.push('The dialog element. Use a browser of 2023 or newer.');
  return missing;
}

function storageWorks(): boolean {
  try {
    sessionStorage.setItem('live-call.probe', '1');
    sessionStorage.removeItem('live-call.probe');
    return true;
  } catch {
    return false;
  }
}
