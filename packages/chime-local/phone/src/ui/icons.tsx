import type { ReactNode } from 'react';

/** An icon beside a text; no icon is the only sign of anything. */
function Icon(props: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {props.children}
    </svg>
  );
}

const HANDSET =
  'M6.600 3.500 4 5c-1.300 5.200 6.300 14.200 12.200 15.400l3-1.700c.6-.4.8-1.200.4-1.800l-2.500-3.300c-.4-.5-1.200-.7-1.700-.3l-1.700 1.100c-2-1-4.100-3.400-4.800-5.800l1.400-1.300c.4-.4.5-1.100.2-1.600L8.400 3.900c-.4-.6-1.100-.8-1.800-.4z';

export const CallIcon = () => (
  <Icon>
    <path d={HANDSET} />
  </Icon>
);

export const HangUpIcon = () => (
  <Icon>
    <path transform="rotate(135 12 12)" d={HANDSET} />
  </Icon>
);

export const MicrophoneIcon = (props: { off?: boolean }) => (
  <Icon>
    <path d="M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3z" />
    <path className="stroke" d="M6 11a6 6 0 0 0 12 0M12 17v4M9 21h6" />
    {props.off && <path className="stroke" d="M4 4l16 16" />}
  </Icon>
);

export const DeleteIcon = () => (
  <Icon>
    <path className="stroke" d="M9 5h11v14H9l-6-7zM12 9.500l5 5M17 9.500l-5 5" />
  </Icon>
);

export const DirectionIcon = (props: { direction: 'out' | 'in' }) => (
  <Icon>
    <path className="stroke" d={props.direction === 'out' ? 'M6 18 18 6M9 6h9v9' : 'M18 6 6 18M15 18H6V9'} />
  </Icon>
);
