/**
 * Several recordings, one clock.
 *
 * Each person of a session has a file of their own with its own beginning. This module plays them together: it keeps
 * one position on the wall clock and steers every media element towards it. It knows no screen.
 */

/** The part of HTMLMediaElement that is steered, so that a test can drive it without a browser. */
export interface Steered {
  currentTime: number;
  playbackRate: number;
  readonly paused: boolean;
  readonly readyState: number;
  play(): Promise<void>;
  pause(): void;
}

export interface Track {
  element: Steered;
  /** Wall clock of the first sample, in milliseconds since the epoch. */
  startedAt: number;
  /** Milliseconds. */
  duration: number;
}

/** Beyond this distance a seek is less disturbing than catching up. */
const SEEK_BEYOND_MS = 350;
/** Below this distance nobody hears a difference between two voices (EBU R37: sound within 60 ms of picture). */
const IN_STEP_MS = 40;
const CATCH_UP = 0.05;
/** A file that does not load for so long is left behind, so that one broken view cannot stop the others. */
const PATIENCE_MS = 4000;
const HAVE_CURRENT_DATA = 2;
const HAVE_FUTURE_DATA = 3;

export class Playback {
  readonly startsAt: number;
  readonly endsAt: number;
  /** Wall clock in milliseconds since the epoch. */
  position: number;
  rate = 1;
  playing = false;
  /** Waiting for a file to load. */
  stalled = false;
  private readonly tracks = new Map<string, Track>();
  private readonly waitingSince = new Map<string, number>();
  private last: number | null = null;

  constructor(startsAt: number, endsAt: number) {
    this.startsAt = startsAt;
    this.endsAt = Math.max(endsAt, startsAt + 1);
    this.position = startsAt;
  }

  add(id: string, track: Track): void {
    this.tracks.set(id, track);
  }

  remove(id: string): void {
    this.tracks.delete(id);
    this.waitingSince.delete(id);
  }

  play(): void {
    if (this.position >= this.endsAt) this.position = this.startsAt;
    this.playing = true;
    this.last = null;
  }

  pause(): void {
    this.playing = false;
    this.stalled = false;
    for (const track of this.tracks.values()) track.element.pause();
  }

  seek(position: number): void {
    this.position = Math.min(Math.max(position, this.startsAt), this.endsAt);
    this.last = null;
    this.waitingSince.clear();
    for (const track of this.tracks.values()) this.place(track);
  }

  /** True when the file holds something at the current position. */
  covers(id: string): boolean {
    const track = this.tracks.get(id);
    return track !== undefined && this.isInside(track);
  }

  /** Move the clock and steer every file. `now` is a steady clock in milliseconds; call it four times a second or more. */
  tick(now: number): void {
    if (!this.playing) return;
    const elapsed = this.last === null ? 0 : now - this.last;
    this.last = now;
    this.stalled = this.mustWait(now);
    if (!this.stalled) this.position += elapsed * this.rate;
    if (this.position >= this.endsAt) {
      this.position = this.endsAt;
      this.pause();
      return;
    }
    for (const [id, track] of this.tracks) this.steer(id, track);
  }

  private isInside(track: Track): boolean {
    const offset = this.position - track.startedAt;
    return offset >= 0 && offset < track.duration;
  }

  private mustWait(now: number): boolean {
    let wait = false;
    for (const [id, track] of this.tracks) {
      if (!this.isInside(track) || track.element.readyState >= HAVE_FUTURE_DATA) {
        this.waitingSince.delete(id);
        continue;
      }
      const since = this.waitingSince.get(id) ?? now;
      this.waitingSince.set(id, since);
      // The last picture of a file never has "future data": close to its end there is nothing to wait for.
      const nearlyOver = track.startedAt + track.duration - this.position < 500;
      if (now - since < PATIENCE_MS && !(nearlyOver && track.element.readyState >= HAVE_CURRENT_DATA)) wait = true;
    }
    return wait;
  }

  private steer(id: string, track: Track): void {
    const { element } = track;
    if (!this.isInside(track)) {
      if (!element.paused) element.pause();
      return;
    }
    const target = (this.position - track.startedAt) / 1000;
    const drift = (element.currentTime - target) * 1000;
    if (Math.abs(drift) > SEEK_BEYOND_MS * Math.max(1, this.rate)) {
      element.currentTime = target;
      element.playbackRate = this.rate;
    } else if (Math.abs(drift) > IN_STEP_MS) {
      element.playbackRate = this.rate * (drift > 0 ? 1 - CATCH_UP : 1 + CATCH_UP);
    } else {
      element.playbackRate = this.rate;
    }
    if (this.stalled && track.element.readyState >= HAVE_FUTURE_DATA) {
      element.pause();
    } else if (element.paused) {
      // A browser may refuse to play before a click: the view stays still, the clock shows where it would be.
      element.play().catch(() => this.waitingSince.delete(id));
    }
  }

  private place(track: Track): void {
    const offset = Math.min(Math.max(this.position - track.startedAt, 0), track.duration);
    track.element.currentTime = offset / 1000;
    if (!this.isInside(track)) track.element.pause();
  }
}
