/** Loudness of a microphone and a sound for the speaker, without keeping anything. */

type ContextClass = typeof AudioContext;

function contextClass(): ContextClass | null {
  const legacy = (window as unknown as { webkitAudioContext?: ContextClass }).webkitAudioContext;
  return window.AudioContext ?? legacy ?? null;
}

/** Calls back about ten times a second with the loudness, 0 to 1. Returns what stops it. */
export function watchLoudness(track: MediaStreamTrack, heard: (level: number) => void): () => void {
  const Context = contextClass();
  if (!Context) return () => undefined;
  const context = new Context();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  // 85 ms at 48 kHz: nearly all that is said between two looks, so that no short sound falls between them.
  analyser.fftSize = 4096;
  source.connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getByteTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += ((sample - 128) / 128) ** 2;
    // A voice at arm's length is around -26 dB: the square root spreads it over the scale.
    heard(Math.min(1, Math.sqrt(Math.sqrt(sum / samples.length)) * 1.6));
  }, 100);
  void context.resume();
  return () => {
    clearInterval(timer);
    source.disconnect();
    void context.close();
  };
}

/** Two soft notes. Resolves when they have sounded. */
export function playChime(): Promise<void> {
  const Context = contextClass();
  if (!Context) return Promise.resolve();
  const context = new Context();
  const gain = context.createGain();
  gain.connect(context.destination);
  const notes = [523.25, 659.25];
  const start = context.currentTime + 0.05;
  notes.forEach((frequency, index) => {
    const note = context.createOscillator();
    note.frequency.value = frequency;
    note.connect(gain);
    note.start(start + index * 0.35);
    note.stop(start + index * 0.35 + 0.33);
  });
  gain.gain.setValueAtTime(0.0001, start);
  gain.gain.exponentialRampToValueAtTime(0.3, start + 0.05);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.75);
  return new Promise((resolve) => {
    setTimeout(() => {
      void context.close();
      resolve();
    }, 900);
  });
}
