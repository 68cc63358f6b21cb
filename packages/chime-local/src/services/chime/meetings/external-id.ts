/** Validation of the external ids that applications give to meetings and attendees. */
import { badRequest } from '../errors.ts';

/** The characters allowed in ExternalMeetingId and ExternalUserId. API reference, CreateMeeting. */
const EXTERNAL_ID = /^[-_&@+=,(){}[\]/«».:|'"#a-zA-Z0-9À-ÿ\s]*$/;

/** Throws `ApiError` 400 for an identifier that the service does not accept. */
export function checkExternalId(member: string, id: string): void {
  if (id.toLowerCase().startsWith('aws:')) throw badRequest(`${member} must not begin with "aws:"`);
  if (!EXTERNAL_ID.test(id)) throw badRequest(`${member} holds a character that is not allowed`);
}
