import { useEffect, useState } from 'react';
import { CALLS_PAGE } from '#call-trace';
import { Text } from './Details.tsx';

/** A test of the call, as the runtime writes it. */
interface CallTest {
  form: string;
  forms: readonly { form: string; name: string }[];
  name: string;
  text: string;
  recordName: string;
  command: string;
}

/** Two files for a folder of the project, or one command: a test that the call is answered as it was. */
export function AsTest(props: { id: string }) {
  const { id } = props;
  const [form, setForm] = useState<string>();
  const test = useTest(id, form);
  if (!test) return null;
  return (
    <section className="card as-test" aria-labelledby="as-test">
      <div className="section-head">
        <h2 id="as-test">As a test</h2>
        <label>
          Runs by{' '}
          <select value={test.form} onChange={({ target }) => setForm(target.value)}>
            {test.forms.map(({ form: one, name }) => (
              <option key={one} value={one}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p>
        Put both files into a folder of your project: the test passes as long as the call is answered as it
        was.
      </p>
      <p className="files">
        <a
          className="button small"
          download={test.name}
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(test.text)}`}
        >
          Download {test.name}
        </a>
        <a
          className="button small"
          download={test.recordName}
          href={`${CALLS_PAGE}record/${encodeURIComponent(id)}`}
        >
          Download {test.recordName}
        </a>
      </p>
      <p>Or give a command, which tries the test before it writes it:</p>
      <Text title="Command" text={test.command} />
      <details>
        <summary>{test.name}</summary>
        <Text title="Test" text={test.text} />
      </details>
    </section>
  );
}

function useTest(id: string, form: string | undefined): CallTest | undefined {
  const [test, setTest] = useState<CallTest>();
  useEffect(() => {
    const leaving = new AbortController();
    const query = form === undefined ? '' : `?form=${encodeURIComponent(form)}`;
    const { signal } = leaving;
    fetch(`${CALLS_PAGE}test/${encodeURIComponent(id)}${query}`, { cache: 'no-store', signal })
      .then(async (response) => setTest(response.ok ? ((await response.json()) as CallTest) : undefined))
      // The page's own line says that the runtime does not answer.
      .catch(() => {});
    return () => leaving.abort();
  }, [id, form]);
  return test;
}
