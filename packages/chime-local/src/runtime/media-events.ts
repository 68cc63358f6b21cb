import { type AudioLibrary, isBridge } from '#call-host';
import type { MediaEvents } from '#media-edge';
import { noteOddity, UNAVAILABLE } from './arriving-calls.ts';
import type { CallServerOptions } from './call-server-options.ts';
import type { CallServer } from './call-server-parts.ts';
import { recordLevels } from './recorded-levels.ts';

/** The reason for refusing calls whose sound would delay that of others. */
const LATE = 'there is no time for the sound of one more call';

/** Handles the events of the media edge. */
export function mediaEvents(
  { sip, signalling, meetings, host, recordings, lines, conversations }: CallServer,
  audio: AudioLibrary,
  options: CallServerOptions,
): MediaEvents {
  const { activity, log, records } = options;
  return {
    ...(records ? { onSound: recordLevels(records) } : {}),
    onKeysTwice: (legId, ways) => noteOddity(legId, { what: 'keys twice', ways }, options),
    onDigit: (legId, digit) => host.legInput(legId, { kind: 'DigitPressed', legId, digit }),
    onPlaybackFinished(legId, playId) {
      if (lines.testParty.playbackFinished(legId, playId)) return;
      if (conversations.playbackFinished(legId, playId)) return;
      host.legInput(legId, { kind: 'PlaybackFinished', legId, playId });
    },
    onRecorded(id, samples, last) {
      if (!conversations.recorded(id, samples, last)) recordings.recorded(id, samples, last);
    },
    onSilence: (id) => conversations.silence(id) || recordings.silence(id),
    onSpeaking: (report) => isBridge(report.meetingId) || activity.report(report),
    onLevels: (meetingId, levels) => meetings.levels(meetingId, levels),
    onTransportUp: (legId) => signalling.transportUp(legId),
    onTransportDown(legId, reason) {
      log.info(`A browser's sound ended: ${reason}.`);
      signalling.transportDown(legId, reason);
      lines.lines.hangUp(legId, 0);
    },
    onMediaLost(legId, silentMs) {
      log.info(`Nothing came from a telephone or browser for ${Math.round(silentMs / 1000)} s: asking it.`);
      sip.askIfThere(legId);
      lines.internal.askIfThere(legId);
      meetings.clientLost(legId);
    },
    onLate(late) {
      sip.refuseNew(late ? LATE : undefined);
      if (late) log.warn(`New calls are refused with ${UNAVAILABLE}: ${LATE}. Those in progress go on.`);
      else log.info('There is time for more sound: calls are taken again.');
    },
    onFault: (message) => log.error(`A fault of the media thread: ${message}`),
    onFatal(error, startsAgain) {
      sip.refuseNew(undefined);
      const then = startsAgain
        ? 'Another one is started; the calls that it carried end.'
        : 'It has died too often: end this program and start it again.';
      log.error(`The media thread died: ${error.message}. ${then}`);
      audio.forgetLoaded();
      activity.silence();
      recordings.everythingLost();
      host.hangUpAll();
      meetings.everybodyLost();
    },
  };
}
