/** What the check of the phone found out; the room goes on with the same tracks. */

/** Where a tab keeps which devices were on. */
export const OWN_DEVICES = "own";

export interface Checked {
  tracks: MediaStreamTrack[];
  microphone: boolean;
  camera: boolean;
  soundOnly: boolean;
}

export function release(tracks: MediaStreamTrack[]): void {
  for (const track of tracks) track.stop();
}
