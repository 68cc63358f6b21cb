import { IncomingMessage } from 'node:http';

/** Returns a copy of the message `original` with the body `body`. */
export function replay(original: IncomingMessage, body: Buffer): IncomingMessage {
  const copy = new IncomingMessage(original.socket);
  copy.method = original.method;
  copy.url = original.url;
  copy.httpVersion = original.httpVersion;
  copy.headers = original.headers;
  copy.rawHeaders = original.rawHeaders;
  copy.complete = true;
  if (body.length > 0) copy.push(body);
  copy.push(null);
  return copy;
}
