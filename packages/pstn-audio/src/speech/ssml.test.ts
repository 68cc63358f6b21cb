import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SpeechError } from './speech-error.ts';
import { parseSsml } from './ssml.ts';

const words = (text: string, rate = 1) => ({ kind: 'words' as const, text, rate });
const silence = (ms: number) => ({ kind: 'silence' as const, ms });

it.each([
  ['<speak>Hello</speak>', [words('Hello')]],
  ['<?xml version="1.0"?><speak version="1.1">A<!-- no --> B</speak>', [words('A  B')]],
  [
    '<speak>One<break time="500ms"/>two<break time="1.5s"/></speak>',
    [words('One'), silence(500), words('two'), silence(1500)],
  ],
  ['<speak><break/>a<break strength="none"/></speak>', [silence(250), words('a'), silence(0)]],
  [
    '<speak>a<prosody rate="slow">b<prosody rate="50%">c</prosody></prosody>d</speak>',
    [words('a'), words('b', 0.75), words('c', 0.375), words('d')],
  ],
  ['<speak><prosody rate="1000%" volume="loud">x</prosody></speak>', [words('x', 2)]],
  ['<speak><p>One.</p><s>Two.</s></speak>', [words('One.'), silence(700), words('Two.'), silence(400)]],
  ['<speak>PIN <say-as interpret-as="digits">12 34</say-as></speak>', [words('PIN  1 2 3 4')]],
  ['<speak><say-as interpret-as="number:digits">1234</say-as></speak>', [words('1 2 3 4')]],
  ['<speak><say-as interpret-as="number:ordinal">3</say-as></speak>', [words('3rd')]],
  ['<speak><say-as interpret-as="ordinal">11, 22</say-as></speak>', [words('11th, 22nd')]],
  ['<speak><say-as interpret-as="cardinal">1234</say-as></speak>', [words('1234')]],
  ['<speak><say-as interpret-as="expletive">damn</say-as></speak>', [words('beep')]],
  ['<speak><say-as interpret-as="date" format="mdy">1/2/2026</say-as></speak>', [words('1/2/2026')]],
  ['<speak><sub alias="World Wide Web">WWW <emphasis>x</emphasis></sub></speak>', [words('World Wide Web')]],
  ['<speak>Tom &amp; Jerry &#65;&#x42;</speak>', [words('Tom & Jerry AB')]],
  ['<speak/>', []],
])('SSML is parsed: %s', (ssml, segments) => {
  expect(parseSsml(ssml)).toEqual(segments);
});

it.each([
  '',
  'Hello',
  '<speak>',
  '<speak>a',
  '<speak><p>a</speak></p>',
  '<speak>a</speak>b',
  '<p>a</p>',
  '<speak/><speak/>',
  '<speak><blink>a</blink></speak>',
  '<speak>a & b</speak>',
  '<speak>&unknown;</speak>',
  '<speak>1 < 2</speak>',
  '<speak><break time="11s"/></speak>',
  '<speak><break time="-1s"/></speak>',
  '<speak><break strength="x"/></speak>',
  '<speak><prosody rate="quick">a</prosody></speak>',
  '<!DOCTYPE x [<!ENTITY a "b">]><speak>&a;</speak>',
  `<speak>${'<p>'.repeat(100)}`,
  '</speak>',
  '<speak><speak>a</speak></speak>',
])('Invalid SSML is refused with the service’s message: %s', (ssml) => {
  const refused = () => parseSsml(ssml);
  expect(refused).toThrow(SpeechError);
  expect(refused).toThrow('Invalid SSML request');
});

it('Any text gives segments or a SpeechError', () => {
  const piece = fc.constantFrom(
    '<speak>',
    '</speak>',
    '<p>',
    '</p>',
    '<break/>',
    '<break time="1s"',
    'a',
    '&',
    ';',
    '<',
    '>',
    '"',
    '<sub alias="x">',
  );
  const text = fc
    .array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 15 })
    .map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, (ssml) => {
      try {
        expect(Array.isArray(parseSsml(ssml))).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(SpeechError);
      }
    }),
    { seed: 20261126, numRuns: 2000 },
  );
});
