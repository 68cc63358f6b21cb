import {
  ChimeSDKVoiceClient,
  ChimeSDKVoiceServiceException,
  UpdateSipMediaApplicationCallCommand,
} from '@aws-sdk/client-chime-sdk-voice';

/** Milliseconds allowed for a connection and for an answer: an operator is waiting. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 5_000 } as const;
/** Two attempts: a third would come too late to be useful. */
const MAX_ATTEMPTS = 2;

/** The client has only one operation, so its middleware stack may be built once. */
const SETTINGS = { maxAttempts: MAX_ATTEMPTS, requestHandler: TIMEOUTS, cacheMiddleware: true } as const;

/** `code`: the service's error, or `NoAnswer`. */
export type UpdateAnswer = { accepted: true } | { accepted: false; code: string };

/** UpdateSipMediaApplicationCall for the calls of one SIP media application. */
export function callUpdater(
  sipMediaApplicationId: string,
  client = new ChimeSDKVoiceClient(SETTINGS),
): (transactionId: string, args: Record<string, string>) => Promise<UpdateAnswer> {
  return async (transactionId, args) => {
    try {
      await client.send(
        new UpdateSipMediaApplicationCallCommand({
          SipMediaApplicationId: sipMediaApplicationId,
          TransactionId: transactionId,
          Arguments: args,
        }),
      );
      return { accepted: true };
    } catch (error) {
      return {
        accepted: false,
        code: error instanceof ChimeSDKVoiceServiceException ? error.name : 'NoAnswer',
      };
    }
  };
}
