/** The voices of Flite that are used. Their sources: CMU Arctic (slt, rms, awb). */
export type FliteVoice = 'slt' | 'rms' | 'awb';

/** Polly's male voices, by name. Source: Amazon Polly Developer Guide, "Available voices" (all languages). */
const MALE = new Set(
  (
    'Adriano Andrés Arthur Brian Cristiano Daniel Enrique Florian Geraint Giorgio Gregory Hans Jacek Jan Jasper ' +
    'Joey Jorge Justin Karl Kevin Liam Mads Mathieu Matthew Maxim Miguel Ola Patrick Pedro Rémi Ricardo Ruben ' +
    'Russell Sergio Stephen Takumi Thiago Zayd'
  ).split(' '),
);
/** Those who speak British English. */
const BRITISH = new Set(['Arthur', 'Brian', 'Geraint']);

/** The nearest voice at hand: English only, a woman's unless the name is known to be a man's. */
export function nearestVoice(voiceId: string): FliteVoice {
  if (!MALE.has(voiceId)) return 'slt';
  return BRITISH.has(voiceId) ? 'awb' : 'rms';
}
