/** The voices of Flite in use. Their sources: CMU Arctic (slt, rms, awb). */
export type FliteVoice = 'slt' | 'rms' | 'awb';

/** Polly's English voices, which are imitated. Source: botocore's model of Polly (Apache-2.0), VoiceId. */
const ENGLISH = new Set(
  (
    'Aditi Amy Aria Arthur Ayanda Brian Danielle Emma Geraint Gregory Ivy Jasmine Joanna Joey Justin Kajal Kendra Kevin ' +
    'Kimberly Matthew Niamh Nicole Olivia Patrick Raveena Russell Ruth Salli Stephen Tiffany'
  ).split(' '),
);
/** Whether the voice is imitated; for other voices, an English one speaks. */
export function isEnglish(voiceId: string): boolean {
  return ENGLISH.has(voiceId);
}

/** Polly's male voices by name. Source: Amazon Polly Developer Guide, "Available voices" (all languages). */
const MALE = new Set(
  (
    'Adriano Andres Andrés Arthur Brian Cristiano Daniel Enrique Florian Geraint Giorgio Gregory Hans Jacek Jan Jasper ' +
    'Joey Justin Karl Kevin Liam Mads Mathieu Matthew Maxim Miguel Ola Patrick Pedro Raúl Remi Rémi Ricardo Ruben ' +
    'Russell Sergio Stephen Takumi Thiago Zayd'
  ).split(' '),
);
/** Voices with British English. */
const BRITISH = new Set(['Arthur', 'Brian', 'Geraint']);

/** The nearest available voice: English, and female unless the name is known to be male. */
export function nearestVoice(voiceId: string): FliteVoice {
  if (!MALE.has(voiceId)) return 'slt';
  return BRITISH.has(voiceId) ? 'awb' : 'rms';
}
