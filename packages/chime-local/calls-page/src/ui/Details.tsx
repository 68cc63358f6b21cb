import { CopyButton } from 'page-ui/CopyButton.tsx';
import { formatClockTime } from 'page-ui/time.ts';
import type { EntryOf, StackFrame } from 'pstn-audio/record';
import type { Invocation, Row } from '#call-trace';

/** Everything that is known of the chosen row. `begin`: of the record, milliseconds since the epoch. */
export function Details(props: { row: Row | undefined; begin: number }) {
  const { row, begin } = props;
  if (!row) {
    return (
      <section className="card details" aria-labelledby="details">
        <h2 id="details">Details</h2>
        <p className="faint">
          Choose a row of the ladder: its message, event, answer and log are shown here.
        </p>
      </section>
    );
  }
  return (
    <section className="card details" aria-labelledby="details">
      <h2 id="details">{row.text}</h2>
      <p className="faint">
        {formatClockTime(begin + row.ms)}, {(row.ms / 1000).toFixed(3)} s after the beginning
      </p>
      {row.invocation ? <InvocationDetails invocation={row.invocation} /> : <EntryDetails row={row} />}
    </section>
  );
}

function EntryDetails(props: { row: Row }) {
  const { entry } = props.row;
  if (entry.kind === 'Sip') return <Text title="Message" text={messageOf(entry)} />;
  if (entry.kind === 'FunctionLog' || entry.kind === 'Fault' || entry.kind === 'Note')
    return <Text title="Text" text={entry.text} />;
  const { kind: _kind, at: _at, ms: _ms, ...rest } = entry;
  return <Text title={entry.kind} text={JSON.stringify(rest, null, 2)} />;
}

function messageOf({
  startLine,
  headers,
  body,
  leftOut,
  peer,
  transport,
  direction,
}: EntryOf<'Sip'>): string {
  const end = leftOut === undefined ? '' : `\n… a body of ${leftOut} characters was left out`;
  const lines = headers.map(([name, value]) => `${name}: ${value}`).join('\n');
  const way = `${direction} ${direction === 'sent' ? 'to' : 'from'} ${peer} by ${transport.toUpperCase()}`;
  return `${way}\n\n${startLine}\n${lines}\n\n${body ?? ''}${end}`;
}

function InvocationDetails(props: { invocation: Invocation }) {
  const { output, ended, answer, log } = props.invocation;
  const event = output.output.kind === 'InvokeFunction' ? output.output.event : undefined;
  const input = answer?.input;
  const payload = input?.kind === 'FunctionResponded' ? pretty(input.payload) : undefined;
  const failure = input?.kind === 'FunctionFailed' ? input.message : undefined;
  return (
    <>
      {ended && <p>{ended.undelivered ? 'Not delivered to the function' : howItEnded(ended)}</p>}
      {ended?.source && (
        <p className="mono source">
          Source: <Place frame={{ file: ended.source }} />
        </p>
      )}
      {ended?.error && <ErrorDetails error={ended.error} />}
      {failure && !ended?.error && <Text title="Failure" text={failure} />}
      {payload !== undefined && <Text title="Answer" text={payload} />}
      {event && <Text title="Event" text={JSON.stringify(event, null, 2)} />}
      {log.length > 0 && <Text title="Log" text={log.map(({ text }) => text).join('\n')} />}
    </>
  );
}

function howItEnded({ outcome, durationMs, coldStart, late }: EntryOf<'Invocation'>): string {
  const how = outcome === 'answered' ? 'Answered' : `Failed (${outcome})`;
  const start = coldStart ? ', with a cold start' : '';
  return `${how} after ${Math.round(durationMs)} ms${start}${late ? ', too late: the service waited no more' : ''}`;
}

function ErrorDetails(props: { error: NonNullable<EntryOf<'Invocation'>['error']> }) {
  const { type, message, stack } = props.error;
  return (
    <div className="error-box">
      <h3>
        {type}: {message}
      </h3>
      <ol className="stack mono">
        {stack.map((frame) => (
          <li key={`${frame.text} ${frame.file} ${frame.line}:${frame.column}`}>
            {frame.text} <Place frame={frame} />
          </li>
        ))}
      </ol>
    </div>
  );
}

/** A place in a source, which an editor opens that has the `vscode:` scheme. */
function Place(props: { frame: Pick<StackFrame, 'file' | 'line' | 'column'> }) {
  const { file, line, column } = props.frame;
  if (file === undefined) return null;
  const at = line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`;
  return <a href={`vscode://file${encodeURI(`${file}${at || ':1'}`)}`}>{`${file}${at}`}</a>;
}

/** A text under its title, to be read and copied. */
export function Text(props: { title: string; text: string }) {
  return (
    <div className="text-block">
      <div className="section-head">
        <h3>{props.title}</h3>
        <CopyButton text={props.text} label={`Copy ${props.title}`} />
      </div>
      <section className="scrolls" aria-label={props.title}>
        <pre>{props.text}</pre>
      </section>
    </div>
  );
}

function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}
