/** A handler that does what the caller's `X-Behaviour` header, or an update's `behaviour`, asks for. */

const play = (Key, BucketName = process.env.PROMPTS) => ({
  Type: 'PlayAudio',
  Parameters: { AudioSource: { Type: 'S3', BucketName, Key } },
});
const hangUp = { Type: 'Hangup', Parameters: { SipResponseCode: '0' } };
const answer = (...Actions) => ({ SchemaVersion: '1.0', Actions });

const BEHAVIOURS = {
  throws() {
    throw new Error('thrown on purpose');
  },
  dies: () => process.exit(1),
  hangs: () => new Promise(() => setInterval(() => {}, 1000)),
  'answers nothing': () => null,
  'answers a text': () => 'nonsense',
  'answers another schema': () => ({ ...answer(play('long.wav')), SchemaVersion: '2.0' }),
  'answers actions that are no list': () => ({ SchemaVersion: '1.0', Actions: 'Hangup' }),
  'answers an unknown action': () => answer({ Type: 'Dance', Parameters: {} }),
  'answers eleven actions': () => answer(...Array(11).fill(play('short.wav'))),
  'rings on': () => answer(),
  'plays on': () => answer(play('long.wav')),
  'plays what is missing': () => answer(play('missing.wav')),
  'plays what is no WAV': () => answer(play('text.wav')),
  'plays what is compressed': () => answer(play('compressed.wav')),
  'plays what it may not read': () => answer(play('short.wav', process.env.UNREADABLE)),
};

export async function handler(event) {
  const { InvocationEventType, ActionData, CallDetails } = event;
  const [{ From, SipHeaders }] = CallDetails.Participants;
  const what = `${InvocationEventType} ${ActionData?.Type ?? '-'} ${ActionData?.ErrorType ?? '-'}`;
  console.log(`EVENT ${From} ${CallDetails.TransactionId} ${what}`);
  if (InvocationEventType === 'ACTION_FAILED') return answer(play('short.wav'), hangUp);
  const asked =
    InvocationEventType === 'NEW_INBOUND_CALL'
      ? SipHeaders?.['X-Behaviour']
      : ActionData?.Parameters?.Arguments?.behaviour;
  return asked === undefined ? answer() : BEHAVIOURS[asked]();
}
