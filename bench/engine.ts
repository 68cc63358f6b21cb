import { type Call, type CallInput, type CallOutput, step } from 'pstn-audio/engine';
import { ForeignLoad } from './machine.ts';
import type { Figure } from './report.ts';

const SECTION = 'Engine: steps of calls, one thread, no edges';
/** CPU seconds of a round, and number of rounds: code is hot after two. */
const ROUND_SECONDS = 1;
const ROUNDS = 6;

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

/** A typical call: two prompts, four digits, a goodbye. @returns its steps */
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

/** CPU seconds that this process has used, including the threads that compile and collect garbage for it. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Places calls until this process has used that much CPU. */
function callsFor(seconds: number): Round {
  const began = cpuSeconds();
  let [calls, steps, used] = [0, 0, 0];
  while (used < seconds) {
    for (let n = 0; n < 50; n++) steps += call();
    calls += 50;
    used = cpuSeconds() - began;
  }
  return { stepsPerSecond: steps / used, stepsPerCall: steps / calls };
}

interface Round {
  stepsPerSecond: number;
  stepsPerCall: number;
}

/**
 * How many steps, and whole calls, the engine does in a second of CPU: the best of several rounds. Measured
 * by wall-clock time, the machine's other programs would be included, and the first rounds measure the
 * compiler.
 */
export async function engineFigures(): Promise<Figure[]> {
  const foreign = new ForeignLoad(() => [process.pid]);
  const rounds = Array.from({ length: ROUNDS }, () => callsFor(ROUND_SECONDS));
  const best = rounds.reduce((a, b) => (b.stepsPerSecond > a.stepsPerSecond ? b : a));
  const figure = { section: SECTION, foreignCores: foreign.cores() };
  const { stepsPerSecond, stepsPerCall } = best;
  const unit = 'a second of CPU';
  return [
    { ...figure, what: `steps, best of ${ROUNDS} rounds`, value: Math.round(stepsPerSecond), unit },
    {
      ...figure,
      what: `calls of ${stepsPerCall} steps`,
      value: Math.round(stepsPerSecond / stepsPerCall),
      unit,
    },
  ];
}
