import { describe, expect, it } from 'vitest';
import { parseParty, parsePartyScript, partyScriptOf } from './party-script.ts';

describe('a script of the test party', () => {
  it('A script consists of steps separated by semicolons', () => {
    expect(parsePartyScript('ring 1.5; answer; say Hello, you; press 12#; beep; wait 5; hangup')).toEqual([
      { do: 'ring', seconds: 1.5 },
      { do: 'answer' },
      { do: 'say', text: 'Hello, you' },
      { do: 'press', keys: '12#' },
      { do: 'beep' },
      { do: 'wait', seconds: 5 },
      { do: 'hangup' },
    ]);
  });

  it.each([
    'busy',
    'declines',
    'unreachable',
    'no-answer',
    'voicemail',
    'answer',
  ])('A script may have a name: %s', (name) => {
    expect(parsePartyScript(name)?.length).toBeGreaterThan(0);
  });

  it.each([
    '',
    ';',
    'dance',
    'ring',
    'ring long',
    'refuse 200',
    'press x',
    'say',
    'answer twice',
    'wait -1',
    'toString',
  ])('A script is refused: %j', (text) => {
    expect(parsePartyScript(text)).toBeUndefined();
  });

  it('A script belongs to a number or a prefix of numbers', () => {
    expect(parseParty('+1206=refuse 486')).toEqual({
      prefix: '+1206',
      script: [{ do: 'refuse', sipResponseCode: 486 }],
    });
    expect(parseParty('1206=busy')).toBeUndefined();
    expect(parseParty('+1206=dance')).toBeUndefined();
  });
});

describe('the script of a called number', () => {
  const parties = ['+1206=busy', '+12065550100=refuse 603'].flatMap((text) => parseParty(text) ?? []);

  it.each([
    ['+12065550100', 603],
    ['+12065550199', 486],
    ['+13035550186', 486],
    ['+13035550104', 404],
  ])('The longest prefix or the last digits decide at a number: %s', (number, code) => {
    expect(partyScriptOf(number, parties)).toEqual([{ do: 'refuse', sipResponseCode: code }]);
  });

  it('A number without a script is answered', () => {
    expect(partyScriptOf('+13037770186', parties)).toContainEqual({ do: 'answer' });
  });
});
