/** Joins the steering of `playback.ts` to a page: elements come and go, a timer ticks, signals show the position. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Playback } from "./playback";
import type { Span } from "./timeline";

const TICK_MS = 100;
export const SPEEDS = [1, 1.5, 2] as const;

export interface Player {
  span: Span;
  position: Signal<number>;
  playing: Signal<boolean>;
  stalled: Signal<boolean>;
  rate: Signal<number>;
  toggle(): void;
  seek(position: number): void;
  setRate(rate: number): void;
  attach(id: string, element: HTMLMediaElement, startedAt: number, duration: number): () => void;
}

export function usePlayback(span: Span): Player {
  const position = useSignal(span.from);
  const playing = useSignal(false);
  const stalled = useSignal(false);
  const rate = useSignal(1);

  const player = useMemo<Player>(() => {
    const playback = new Playback(span.from, span.to);
    let timer: number | undefined;
    const show = () => {
      position.value = playback.position;
      playing.value = playback.playing;
      stalled.value = playback.stalled;
    };
    const tick = () => {
      playback.tick(performance.now());
      show();
      if (!playback.playing) stop();
    };
    const stop = () => {
      window.clearInterval(timer);
      timer = undefined;
    };
    return {
      span,
      position,
      playing,
      stalled,
      rate,
      toggle() {
        if (playback.playing) {
          playback.pause();
          stop();
        } else {
          playback.play();
          timer = window.setInterval(tick, TICK_MS);
          tick();
        }
        show();
      },
      seek(moment) {
        playback.seek(moment);
        show();
      },
      setRate(value) {
        playback.rate = value;
        rate.value = value;
      },
      attach(id, element, startedAt, duration) {
        playback.add(id, { element, startedAt, duration });
        return () => {
          element.pause();
          playback.remove(id);
        };
      },
    };
  }, [span.from, span.to]);

  useEffect(() => {
    return () => {
      if (player.playing.peek()) player.toggle();
    };
  }, [player]);
  return player;
}
