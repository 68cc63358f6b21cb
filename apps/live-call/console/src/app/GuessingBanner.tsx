import type { QueryMeetingsResponse } from '#contract';

/** Says that somebody is guessing PINs, and which callers must wait because of it. */
export function GuessingBanner(props: { guessing: QueryMeetingsResponse['Guessing'] }) {
  const { guessing = [] } = props;
  if (guessing.length === 0) return null;
  const whom = guessing.includes('known')
    ? 'Callers may have to wait before their PIN is looked at'
    : guessing.includes('stranger')
      ? 'Callers whose number has not joined a meeting before may have to wait; others do not'
      : 'Callers who have keyed a wrong one may have to wait; others do not';
  return (
    <div className="banner warn" role="alert">
      <p>
        <strong>Many wrong PINs are being tried.</strong> No more than 1,000 an hour are looked at. {whom}.
        Longer PINs are given when the application is deployed with them.
      </p>
    </div>
  );
}
