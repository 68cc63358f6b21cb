import { describe, expect, it } from 'vitest';
import { type NetworkWeather, PretendNetwork } from './pretend-network.ts';
import { ScriptedClock } from './scripted-clock.ts';

function run(weather: NetworkWeather, packets = 400): { heard: number[]; network: PretendNetwork<number> } {
  const clock = new ScriptedClock();
  const network = new PretendNetwork<number>(clock, weather);
  const heard: number[] = [];
  network.attach('b', (packet) => heard.push(packet));
  for (let i = 0; i < packets; i++) {
    network.send('a', 'b', i);
    clock.advance(1);
  }
  clock.advance(10_000);
  return { heard, network };
}

describe('the pretend network', () => {
  it('All packets are delivered in order in fine weather', () => {
    expect(run({ seed: 1 }).heard).toEqual(Array.from({ length: 400 }, (_, i) => i));
  });

  it('Loss, repetition and reordering are determined by the seed', () => {
    const weather = { seed: 7, loss: 0.2, duplication: 0.1, minDelayMs: 1, maxDelayMs: 40 };
    const { heard, network } = run(weather);
    expect(run(weather).heard).toEqual(heard);
    expect(run({ ...weather, seed: 8 }).heard).not.toEqual(heard);
    expect(network.counts.lost).toBeGreaterThan(40);
    expect(network.counts.lost).toBeLessThan(130);
    expect(network.counts.duplicated).toBeGreaterThan(10);
    expect(heard.some((packet, i) => i > 0 && packet < heard[i - 1]!)).toBe(true);
    expect(network.counts.delivered).toBe(400 - network.counts.lost + network.counts.duplicated);
  });

  it('A cut network delivers nothing, and packets to nobody are counted', () => {
    const clock = new ScriptedClock();
    const network = new PretendNetwork<string>(clock, { seed: 1 });
    const heard: string[] = [];
    const detach = network.attach('b', (packet) => heard.push(packet));
    network.cut(true);
    network.send('a', 'b', 'lost');
    network.cut(false);
    network.send('a', 'b', 'heard');
    clock.advance(1);
    detach();
    network.send('a', 'b', 'nobody');
    clock.advance(1);
    expect(heard).toEqual(['heard']);
    expect(network.counts.unreachable).toBe(1);
  });
});
