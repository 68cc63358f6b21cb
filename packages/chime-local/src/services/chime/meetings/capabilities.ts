/** Which capabilities an attendee may have, given the meeting's features. API reference, AttendeeCapabilities. */

import type { MediaCapability } from '#attendance';
import { badRequest } from '../errors.ts';
import type { Capabilities, MeetingFeatures } from './records.ts';

/** The capabilities of an attendee if the request specifies none. */
export function defaultCapabilities(features: MeetingFeatures | undefined): Capabilities {
  const noVideo = features?.Video?.MaxResolution === 'None';
  const noContent = features?.Content?.MaxResolution === 'None';
  return {
    Audio: 'SendReceive',
    Video: noVideo ? (noContent ? 'None' : 'Receive') : 'SendReceive',
    Content: noContent ? 'None' : 'SendReceive',
  };
}

/** Throws `ApiError` 400 if the meeting's features do not allow these capabilities. */
export function checkCapabilities(wanted: Capabilities, features: MeetingFeatures | undefined): void {
  for (const medium of ['Video', 'Content'] as const) {
    if (features?.[medium]?.MaxResolution === 'None' && wanted[medium] !== 'None') {
      throw badRequest(
        `Capabilities.${medium} is ${wanted[medium]}, but the meeting has MeetingFeatures.${medium}.MaxResolution None`,
      );
    }
  }
  if (receives(wanted.Content) && !receives(wanted.Video)) {
    throw badRequest(
      `Capabilities.Content ${wanted.Content} needs Video SendReceive or Receive; it is ${wanted.Video}`,
    );
  }
}

function receives(capability: MediaCapability): boolean {
  return capability === 'SendReceive' || capability === 'Receive';
}
