/** The names that applications give to meetings and attendees. */
import { badRequest } from '../errors.ts';

/** Characters of ExternalMeetingId and ExternalUserId. API reference, CreateMeeting. */
const EXTERNAL_ID = /^[-_&@+=,(){}[\]/«».:|'"#a-zA-Z0-9À-ÿ\s]*$/;

/** Throws `ApiError` 400 for an identifier that the service does not take. */
export function checkExternalId(member: string, id: string): void {
  if (id.toLowerCase().startsWith('aws:')) throw badRequest(`${member} must not begin with "aws:"`);
  if (!EXTERNAL_ID.test(id)) throw badRequest(`${member} holds a character that is not allowed`);
}
