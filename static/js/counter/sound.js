// A short beep with each cell, its pitch by the type, and a long tone when the count is full.
const BEEP_S = 0.06;
const LONG_S = 1;
const LOUDNESS = 0.12;
const LOWEST_HZ = 330;
const LONG_HZ = 880;

export class Sound {
  constructor(isOn) {
    this.isOn = isOn;
    this.audio = null;
  }

  beep(place) {
    this.tone(LOWEST_HZ * 2 ** (place / 12), BEEP_S);
  }

  long() {
    this.tone(LONG_HZ, LONG_S);
  }

  tone(hertz, seconds) {
    if (!this.isOn) return;
    try {
      // Only now: browsers allow sound after a key or a click, not before.
      this.audio ??= new AudioContext();
      const oscillator = this.audio.createOscillator();
      const gain = this.audio.createGain();
      const now = this.audio.currentTime;
      oscillator.frequency.value = hertz;
      gain.gain.setValueAtTime(LOUDNESS, now);
      gain.gain.setTargetAtTime(0, now + seconds, 0.015);
      oscillator.connect(gain).connect(this.audio.destination);
      oscillator.start(now);
      oscillator.stop(now + seconds + 0.1);
    } catch {
      // Without a loudspeaker the count is seen all the same.
    }
  }
}
