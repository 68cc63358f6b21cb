import { CopyButton } from 'page-ui/CopyButton.tsx';

/** A PIN that is easy to read out, with a button that copies it. */
export function PinBadge(props: { pin: string; meetingName: string }) {
  return (
    <span className="pin">
      <span className="pin-label">PIN</span>
      <span className="pin-digits">{props.pin}</span>
      <CopyButton text={props.pin} label={`Copy PIN of ${props.meetingName}`} />
    </span>
  );
}
