/** How a call ended, in a user's terms. */
export type Ending =
  | { how: 'hung-up'; by: 'me' | 'other' }
  | { how: 'cancelled' }
  | { how: 'declined-here' }
  | { how: 'missed' }
  | { how: 'busy' }
  | { how: 'declined' }
  | { how: 'unknown-number' }
  | { how: 'not-answered' }
  | { how: 'no-common-codec' }
  | { how: 'server-full' }
  | { how: 'network-lost' }
  | { how: 'no-sound-path' }
  | { how: 'browser-failed' }
  /** Any other refusal, with its SIP status code. */
  | { how: 'refused'; code: number };

/** The ending for a final SIP response to our INVITE (RFC 3261 section 21). */
export function endingOfCode(code: number): Ending {
  switch (code) {
    case 404:
    case 410:
    case 484:
    case 604:
      return { how: 'unknown-number' };
    case 408:
    case 480:
      return { how: 'not-answered' };
    case 486:
    case 600:
      return { how: 'busy' };
    case 403:
    case 603:
      return { how: 'declined' };
    case 488:
    case 606:
      return { how: 'no-common-codec' };
    case 503:
      return { how: 'server-full' };
    default:
      return { how: 'refused', code };
  }
}

/** A short text for the list of calls. */
export function endingInShort(ending: Ending): string {
  switch (ending.how) {
    case 'hung-up':
      return ending.by === 'me' ? 'you hung up' : 'they hung up';
    case 'cancelled':
      return 'cancelled';
    case 'declined-here':
      return 'you declined';
    case 'missed':
      return 'missed';
    case 'busy':
      return 'busy';
    case 'declined':
      return 'declined';
    case 'unknown-number':
      return 'unknown number';
    case 'not-answered':
      return 'not answered';
    case 'no-common-codec':
      return 'no common codec';
    case 'server-full':
      return 'server busy';
    case 'network-lost':
      return 'connection lost';
    case 'no-sound-path':
      return 'no path for sound';
    case 'browser-failed':
      return 'browser failed';
    case 'refused':
      return `refused (${ending.code})`;
  }
}

/** What went wrong, and what the user can do about it. */
export interface Trouble {
  what: string;
  advice: string;
}

/** Undefined if the ending was intended. */
export function troubleOf(ending: Ending, number: string): Trouble | undefined {
  switch (ending.how) {
    case 'hung-up':
    case 'cancelled':
    case 'declined-here':
      return undefined;
    case 'missed':
      return { what: `You missed a call from ${number}.`, advice: 'Call back from the list of calls.' };
    case 'busy':
      return { what: `${number} is busy.`, advice: 'Try again in a moment.' };
    case 'declined':
      return { what: `${number} declined the call.`, advice: 'Try again later.' };
    case 'unknown-number':
      return {
        what: `Nobody has the number ${number}.`,
        advice: 'Check it, or choose one of the known numbers.',
      };
    case 'not-answered':
      return { what: `${number} did not answer.`, advice: 'Try again later.' };
    case 'no-common-codec':
      return {
        what: `${number} cannot use the chosen codec.`,
        advice: 'Choose the other codec under Sound and call again.',
      };
    case 'server-full':
      return { what: 'The server takes no more calls now.', advice: 'End another call, then try again.' };
    case 'network-lost':
      return {
        what: `The connection was lost, and with it the call with ${number}.`,
        advice: 'The phone connects again by itself; then call again.',
      };
    case 'no-sound-path':
      return {
        what: 'No sound can get through: the browser found no way to the media server.',
        advice:
          'Firefox connects only to the machine’s own network address: start the runtime by "npm start -- --lan", or use another browser. Else check that no firewall, VPN or browser setting blocks UDP to this machine.',
      };
    case 'browser-failed':
      return {
        what: 'The browser could not set up the sound of the call (WebRTC).',
        advice:
          'Check that WebRTC is not switched off, by an extension for example, then load the page again.',
      };
    case 'refused':
      return {
        what: `The call was refused (SIP ${ending.code}).`,
        advice: "The runtime's log says why.",
      };
  }
}
