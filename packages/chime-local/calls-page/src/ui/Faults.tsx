import { Field } from 'page-ui/Field.tsx';
import { type FormEvent, useState } from 'react';
import type { ListedFault, SwitchedFault } from '#faults';
import type { FaultFeed, FaultState } from '../feed/fault-feed.ts';

/** What is on, wherever one is: nobody should look for a fault that they made. */
export function FaultBanner(props: { feed: FaultFeed; state: FaultState }) {
  const on = props.state.faults.filter((fault) => fault.on);
  return (
    <div role="status" aria-label="Faults that are on">
      {on.length > 0 && (
        <div className="banner warn faults-on">
          <p>
            <strong>{on.length === 1 ? '1 fault is on' : `${on.length} faults are on`}</strong>:{' '}
            {on.map(({ name }) => name).join(', ')}. Calls go wrong on purpose.
          </p>
          <button type="button" className="button" onClick={() => void props.feed.allOff()}>
            Switch all off
          </button>
        </div>
      )}
    </div>
  );
}

/** All switches. */
export function FaultsView(props: { feed: FaultFeed; state: FaultState }) {
  const { feed, state } = props;
  return (
    <section className="card faults-card" aria-labelledby="faults">
      <h2 id="faults">Faults by hand</h2>
      <p className="faint">
        Switch a fault on, call, and see and hear what your handler makes of it. The terminal tells of each
        that it happens.
      </p>
      {state.faults.length === 0 && <p>The runtime tells of no switches.</p>}
      <ul className="faults">
        {state.faults.map((fault) => (
          <li key={fault.name} className={fault.on ? 'fault-row on' : 'fault-row'}>
            <FaultRow fault={fault} feed={feed} problem={state.problem} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FaultRow(props: { fault: ListedFault; feed: FaultFeed; problem: FaultState['problem'] }) {
  const { fault, feed, problem } = props;
  return (
    <>
      <div>
        <h3>
          <span className="mono">{fault.name}</span> {fault.on && <span className="tag bad">on</span>}
        </h3>
        <p>{fault.does}</p>
      </div>
      {fault.on ? (
        <div className="fault-on">
          <p>{onInWords(fault.on, fault)}</p>
          <button type="button" className="button" onClick={() => void feed.switchOff(fault.name)}>
            Switch off<span className="unseen"> {fault.name}</span>
          </button>
        </div>
      ) : (
        <SwitchForm
          fault={fault}
          feed={feed}
          problem={problem?.name === fault.name ? problem.message : undefined}
        />
      )}
    </>
  );
}

/** To what, how often, and how bad. */
function onInWords({ of, times, ms, percent, direction }: SwitchedFault, { takes }: ListedFault): string {
  const often =
    times === null ? 'until it is switched off' : times === 1 ? 'once more' : `${times} times more`;
  return [
    of === '' ? 'Everywhere' : `For ${of}`,
    ...(takes.includes('ms') ? [`${ms} ms`] : []),
    ...(takes.includes('percent') && percent !== undefined ? [`${percent} %`] : []),
    ...(takes.includes('direction') && direction !== undefined ? [direction] : []),
    often,
  ].join(', ');
}

/** What is no number goes as it is: the runtime says what it expects. */
function asNumber(text: string): number | string {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

type Values = Record<'of' | 'times' | 'ms' | 'percent' | 'direction', string>;
const EMPTY: Values = { of: '', times: '', ms: '', percent: '', direction: 'both' };

/** Members that are numbers: what they are called, and what holds where nothing is written. */
const NUMBERS = [
  { member: 'times', label: 'How often', otherwise: 'until it is off' },
  { member: 'ms', label: 'Milliseconds', otherwise: '5000' },
  { member: 'percent', label: 'Percent', otherwise: '20' },
] as const;

/** The switch as the runtime takes it: what is not written is left out. */
function wantedOf(values: Values, takes: ListedFault['takes']): Record<string, unknown> {
  const numbers = NUMBERS.filter(({ member }) => takes.includes(member) && values[member] !== '');
  return {
    ...(values.of === '' ? {} : { of: values.of }),
    ...Object.fromEntries(numbers.map(({ member }) => [member, asNumber(values[member])])),
    ...(takes.includes('direction') ? { direction: values.direction } : {}),
  };
}

function SwitchForm(props: { fault: ListedFault; feed: FaultFeed; problem: string | undefined }) {
  const { name, of, takes } = props.fault;
  const [values, setValues] = useState(EMPTY);
  const put = (change: Partial<Values>) => setValues({ ...values, ...change });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void props.feed.switchOn(name, wantedOf(values, takes));
  };
  return (
    <form className="fault-form" aria-label={name} onSubmit={submit}>
      <Field label="Only for" hint={of} fault={props.problem}>
        {(ids) => (
          <input
            {...ids}
            placeholder="everything"
            value={values.of}
            onChange={({ target }) => put({ of: target.value })}
          />
        )}
      </Field>
      {NUMBERS.filter(({ member }) => takes.includes(member)).map(({ member, label, otherwise }) => (
        <Field key={member} label={label}>
          {(ids) => (
            <input
              {...ids}
              inputMode="numeric"
              placeholder={otherwise}
              value={values[member]}
              onChange={({ target }) => put({ [member]: target.value })}
            />
          )}
        </Field>
      ))}
      {takes.includes('direction') && (
        <Direction value={values.direction} onChange={(direction) => put({ direction })} />
      )}
      <button type="submit" className="button">
        Switch on<span className="unseen"> {name}</span>
      </button>
    </form>
  );
}

function Direction(props: { value: string; onChange: (value: string) => void }) {
  return (
    <Field label="Which way">
      {(ids) => (
        <select {...ids} value={props.value} onChange={({ target }) => props.onChange(target.value)}>
          <option value="both">both ways</option>
          <option value="from-phone">what it says</option>
          <option value="to-phone">what it hears</option>
        </select>
      )}
    </Field>
  );
}
