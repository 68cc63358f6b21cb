import { type Call, type CallInput, type CallOutput, step } from 'pstn-audio/engine';
import { ForeignLoad } from './machine.ts';
import type { Figure } from './report.ts';

const SECTION = 'Engine: steps of calls, one thread, no edges';
/** Milliseconds of measuring, after as many of warming up. */
const MEASURE_MS = 2000;

const PLAY = {
  Type: 'PlayAudio',
  Parameters: { AudioSource: { Type: 'S3', BucketName: 'prompts', Key: 'a.wav' } },
};
const DIGITS = {
  Type: 'PlayAudioAndGetDigits',
  Parameters: { ...PLAY.Parameters, MaxNumberOfDigits: 4, RepeatDurationInMilliseconds: 3000 },
};
const respond = (...Actions: object[]): string => JSON.stringify({ SchemaVersion: '1.0', Actions });

const ARRIVED: CallInput = {
  kind: 'LegArrived',
  transactionId: 'tx',
  legId: 'leg-a',
  from: '+15550100002',
  to: '+15550100001',
  awsAccountId: '000000000000',
  sipRuleId: 'rule',
  targets: [{ sipMediaApplicationId: 'sma', awsRegion: 'us-east-1', functionArn: 'fn' }],
};

/** A call as many are: two prompts, four digits, a goodbye. @returns its steps */
function call(): number {
  let now = 1_700_000_000_000;
  let value: Call | undefined;
  let outputs: CallOutput[] = [];
  let steps = 0;
  const give = (input: CallInput): void => {
    now += 100;
    ({ call: value, outputs } = step(value, input, now));
    steps += 1;
  };
  const answer = (...actions: object[]): void => {
    give({ kind: 'FunctionResponded', sequence: value?.sequence ?? 0, payload: respond(...actions) });
  };
  const played = (): void => {
    const playing = outputs.findLast(({ kind }) => kind === 'PlayAudio');
    if (playing?.kind === 'PlayAudio')
      give({ kind: 'PlaybackFinished', legId: 'leg-a', playId: playing.playId });
  };
  give(ARRIVED);
  answer(PLAY, DIGITS);
  give({ kind: 'LegAnswered', legId: 'leg-a' });
  played();
  for (const digit of '1234') give({ kind: 'DigitPressed', legId: 'leg-a', digit });
  answer(PLAY, { Type: 'Hangup' });
  played();
  give({ kind: 'LegEnded', legId: 'leg-a', sipResponseCode: 0 });
  answer();
  if (value?.state !== 'ended')
    throw new Error('The call of the benchmark does not end: its script is out of date.');
  return steps;
}

function callsFor(milliseconds: number): { calls: number; steps: number; seconds: number } {
  const began = performance.now();
  let [calls, steps] = [0, 0];
  while (performance.now() - began < milliseconds) {
    for (let n = 0; n < 50; n++) steps += call();
    calls += 50;
  }
  return { calls, steps, seconds: (performance.now() - began) / 1000 };
}

/** How many steps, and whole calls, the engine does in a second. */
export async function engineFigures(): Promise<Figure[]> {
  callsFor(MEASURE_MS);
  const foreign = new ForeignLoad(() => [process.pid]);
  const { calls, steps, seconds } = callsFor(MEASURE_MS);
  const figure = { section: SECTION, foreignCores: foreign.cores() };
  return [
    { ...figure, what: 'steps', value: Math.round(steps / seconds), unit: 'a second' },
    {
      ...figure,
      what: `calls of ${steps / calls} steps`,
      value: Math.round(calls / seconds),
      unit: 'a second',
    },
  ];
}
