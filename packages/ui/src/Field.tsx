import { type ReactNode, useId } from 'react';

/** The attributes by which a control inside a `Field` refers to its label, hint and fault. */
export interface FieldIds {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

/** A labelled control with a hint and, if something is wrong, the fault below it. */
export function Field(props: {
  label: string;
  hint?: ReactNode;
  fault?: string | undefined;
  children: (ids: FieldIds) => ReactNode;
}) {
  const id = useId();
  const described = [props.hint ? `${id}hint` : '', props.fault ? `${id}fault` : '']
    .filter(Boolean)
    .join(' ');
  return (
    <div className={props.fault ? 'field faulty' : 'field'}>
      <label htmlFor={id}>{props.label}</label>
      {props.children({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': props.fault ? true : undefined,
      })}
      {props.hint && (
        <p className="hint" id={`${id}hint`}>
          {props.hint}
        </p>
      )}
      {props.fault && (
        <p className="fault" id={`${id}fault`}>
          {props.fault}
        </p>
      )}
    </div>
  );
}
