/** Another device instead of the one in use, which goes on until the other one is open. */
import { type DeviceProblem, openCamera, openMicrophone, problemOf } from "./devices";

export interface Switched {
  /** Of the other device; or of the one before, if that has to go on; null: neither can be had. */
  track: MediaStreamTrack | null;
  /** Why the other device was not opened. */
  problem: DeviceProblem | null;
}

type Open = (deviceId?: string) => Promise<MediaStreamTrack>;

export const OPEN: Record<"microphone" | "camera", Open> = { microphone: openMicrophone, camera: openCamera };

/** The device that was chosen; any other when it was unplugged since.
 * @throws DeviceError */
export async function openChosen(open: Open, chosen: string | undefined): Promise<MediaStreamTrack> {
  try {
    return await open(chosen);
  } catch (error) {
    if (!chosen || problemOf(error) !== "absent") throw error;
    return open();
  }
}

/** @param before what is in use now */
export async function switchOver(open: Open, deviceId: string, before: MediaStreamTrack | null): Promise<Switched> {
  const used = before?.getSettings().deviceId;
  try {
    return { track: await open(deviceId), problem: null };
  } catch (error) {
    const problem = problemOf(error);
    if (!before) return { track: null, problem };
    if (problem !== "busy")
      return before.readyState === "live" ? { track: before, problem } : back(open, used, problem);
  }
  // Many phones give one camera at a time: the one before has to be let go of first.
  before.stop();
  try {
    return { track: await open(deviceId), problem: null };
  } catch (error) {
    return back(open, used, problemOf(error));
  }
}

async function back(open: Open, deviceId: string | undefined, problem: DeviceProblem): Promise<Switched> {
  return { track: await open(deviceId).catch(() => null), problem };
}
