import { Field } from 'page-ui/Field.tsx';
import { useEffect, useId, useState, useSyncExternalStore } from 'react';
import {
  type AudioDevice,
  lookForDevices,
  NO_DEVICES,
  speakerCanBeChosen,
  watchDevices,
} from '../audio/devices.ts';
import type { Codec } from '../phone/line.ts';
import type { Microphone } from '../phone/state.ts';
import type { Telephone } from '../telephone.ts';

const CODECS: readonly { codec: Codec; name: string }[] = [
  { codec: 'opus', name: 'Opus' },
  { codec: 'PCMU', name: 'Telephone (PCMU)' },
];

/**
 * Microphone, speaker, volume and codec. The field of the speaker is shown before the devices are known: a
 * field that appeared later would move the ones below it away from the pointer.
 */
export function SoundSettings(props: { telephone: Telephone; microphone: Microphone | undefined }) {
  const { telephone } = props;
  const { speaker, microphone, volume, cleaned } = useSyncExternalStore(
    telephone.subscribeToPreferences,
    telephone.preferences,
  );
  const { microphones, speakers } = useDevices(props.microphone);
  return (
    <section className="card sound" aria-labelledby="sound">
      <h2 id="sound">Sound</h2>
      <DeviceSelect
        label="Microphone"
        devices={microphones}
        chosen={microphone}
        onChoose={(id) => telephone.prefer({ microphone: id })}
      />
      {speakerCanBeChosen() && (
        <DeviceSelect
          label="Speaker"
          devices={speakers}
          chosen={speaker}
          onChoose={(id) => telephone.prefer({ speaker: id })}
        />
      )}
      <Field label="Volume">
        {(ids) => (
          <input
            {...ids}
            type="range"
            min={0}
            max={100}
            step={5}
            value={Math.round(volume * 100)}
            aria-valuetext={`${Math.round(volume * 100)} percent`}
            onChange={(event) => telephone.prefer({ volume: Number(event.target.value) / 100 })}
          />
        )}
      </Field>
      <label className="check">
        <input
          type="checkbox"
          checked={cleaned}
          onChange={(event) => telephone.prefer({ cleaned: event.target.checked })}
        />
        Reduce echo and noise
      </label>
      <CodecChoice telephone={telephone} />
    </section>
  );
}

/** The devices; their names are known only after a microphone was opened. */
function useDevices(microphone: Microphone | undefined) {
  const [devices, setDevices] = useState(NO_DEVICES);
  const opened = microphone?.is === 'open';
  useEffect(() => watchDevices(setDevices), []);
  useEffect(() => {
    if (opened) void lookForDevices().then(setDevices);
  }, [opened]);
  return devices;
}

function DeviceSelect(props: {
  label: string;
  devices: readonly AudioDevice[];
  chosen: string;
  onChoose: (id: string) => void;
}) {
  const { devices } = props;
  const there = devices.some(({ id }) => id === props.chosen);
  return (
    <Field label={props.label}>
      {(ids) => (
        <select
          {...ids}
          value={there ? props.chosen : ''}
          onChange={(event) => props.onChoose(event.target.value)}
        >
          <option value="">System default</option>
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

function CodecChoice(props: { telephone: Telephone }) {
  const name = useId();
  const { codec } = useSyncExternalStore(props.telephone.subscribeToPreferences, props.telephone.preferences);
  return (
    <fieldset className="codecs">
      <legend>Codec of the next call</legend>
      {CODECS.map((one) => (
        <label key={one.codec} className="check">
          <input
            type="radio"
            name={name}
            checked={codec === one.codec}
            onChange={() => props.telephone.prefer({ codec: one.codec })}
          />
          {one.name}
        </label>
      ))}
    </fieldset>
  );
}
