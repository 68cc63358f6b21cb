/** Amazon Polly's voices with their engines, and its languages. */

/**
 * Voices of the standard engine. "+" marks those that the neural engine has as well.
 * Source: Amazon Polly Developer Guide, "Available voices".
 */
const STANDARD = (
  'Aditi Amy+ Astrid Bianca+ Brian+ Camila+ Carla Carmen Céline Chantal Conchita Cristiano Dóra Emma+ Enrique Ewa Filiz ' +
  'Geraint Giorgio Gwyneth Hans Inês+ Ivy+ Jacek Jan Joanna+ Joey+ Justin+ Karl Kendra+ Kimberly+ Léa+ Liv Lotte Lucía+ ' +
  'Lupe+ Mads Maja Marlene Mathieu Matthew+ Maxim Mia+ Miguel Mizuki Naja Nicole Penélope Raveena Ricardo Ruben Russell ' +
  'Salli+ Seoyeon+ Takumi+ Tatyana Vicki+ Vitória+ Zeina Zhiyu+'
).split(' ');
/** Voices that, of these two engines, only the neural one has. Same source. */
const NEURAL = (
  'Adriano Andrés Aria Arlet Arthur Ayanda Burcu Daniel Danielle Elin Gabrielle Gregory Hala Hannah Hiujin Ida Isabelle ' +
  'Jasmine Jihye Jitka Kajal Kazuha Kevin Laura Liam Lisa Niamh Ola Olivia Pedro Rémi Ruth Sabrina Sergio Sofie Stephen ' +
  'Suvi Thiago Tomoko Zayd'
).split(' ');
/** Voices that neither of the two engines has. Same source. */
const OTHER = 'Alba Ambre Beatrice Florian Lennart Lorenzo Patrick Raúl Tiffany'.split(' ');

export type PollyEngine = 'standard' | 'neural';

/** Every voice, with those of the two engines of Speak that have it. */
const VOICES = new Map<string, readonly PollyEngine[]>([
  ...STANDARD.map((name): [string, PollyEngine[]] =>
    name.endsWith('+') ? [name.slice(0, -1), ['standard', 'neural']] : [name, ['standard']],
  ),
  ...NEURAL.map((name): [string, PollyEngine[]] => [name, ['neural']]),
  ...OTHER.map((name): [string, PollyEngine[]] => [name, []]),
]);

/** The API's names have no accents: both forms are accepted. */
const plain = (name: string): string => name.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
const NAMES = new Map([...VOICES.keys()].map((name) => [plain(name), name]));

/** Names of the voices, as the API has them. API reference: SynthesizeSpeech, `VoiceId`. */
export const VOICE_NAMES: readonly string[] = [...NAMES.keys()];

/** The engines that have the voice; undefined if the voice does not exist. */
export function enginesOf(voiceId: string): readonly PollyEngine[] | undefined {
  return VOICES.get(voiceId) ?? VOICES.get(NAMES.get(voiceId) ?? '');
}

/** Languages. API reference: SynthesizeSpeech, `LanguageCode`. */
export const LANGUAGE_CODES: readonly string[] = (
  'arb ar-AE ca-ES cmn-CN cs-CZ cy-GB da-DK de-AT de-CH de-DE en-AU en-GB en-GB-WLS en-IE en-IN en-NZ en-SG en-US en-ZA ' +
  'es-ES es-MX es-US fi-FI fr-BE fr-CA fr-FR hi-IN is-IS it-IT ja-JP ko-KR nb-NO nl-BE nl-NL pl-PL pt-BR pt-PT ro-RO ' +
  'ru-RU sv-SE tr-TR yue-CN'
).split(' ');
