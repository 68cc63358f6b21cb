import {
  ChimeSDKVoiceClient,
  ChimeSDKVoiceServiceException,
  UpdateSipMediaApplicationCallCommand,
} from '@aws-sdk/client-chime-sdk-voice';

/** Milliseconds for a connection and for an answer: an operator is waiting. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 5_000 } as const;
/** Two, because a third would come too late to be wanted. */
const MAX_ATTEMPTS = 2;

/** One operation only: its middleware is put together once. */
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
