import { Field } from 'page-ui/Field.tsx';
import type { Device } from './microphone.ts';

/** A choice among the machine's microphones or speakers. */
export function DeviceSelect(props: {
  label: string;
  devices: readonly Device[];
  value: string;
  fault?: string | undefined;
  onChange: (id: string) => void;
}) {
  const { devices, value } = props;
  const known = devices.some(({ id }) => id === value);
  const hasDefault = devices.some(({ id }) => id === 'default');
  return (
    <Field label={props.label} fault={props.fault}>
      {(ids) => (
        <select {...ids} value={known ? value : ''} onChange={(event) => props.onChange(event.target.value)}>
          {(!hasDefault || !known) && <option value="">The browser’s choice</option>}
          {devices.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
