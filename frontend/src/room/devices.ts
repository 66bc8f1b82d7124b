/** Microphone, camera and screen, and why one of them cannot be had. */
import { cameraSize } from "./encodings";

/** `denied`: the person or the phone said no. `busy`: another app holds it. `absent`: there is none.
 * `unreachable`: this browser offers no devices at all (WeChat on some phones, a page that is not secure).
 * `interrupted`: it is open and gives nothing, because of a call, another app, or a switch on the device itself. */
export type DeviceProblem = "denied" | "busy" | "absent" | "unreachable" | "interrupted" | "unknown";

export class DeviceError extends Error {
  readonly problem: DeviceProblem;

  constructor(problem: DeviceProblem, cause?: unknown) {
    super(`the device is ${problem}`);
    this.name = "DeviceError";
    this.problem = problem;
    this.cause = cause;
  }

  readonly cause: unknown;
}

const SOUND: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** How many things this device computes at once; browsers that do not say so are taken for ordinary ones. */
export function cores(): number {
  return navigator.hardwareConcurrency || 4;
}

function pictureWanted(): MediaTrackConstraints {
  const { width, height } = cameraSize(cores(), Math.min(screen.width, screen.height));
  return {
    width: { ideal: width },
    height: { ideal: height },
    frameRate: { ideal: 20, max: 30 },
    facingMode: "user",
  };
}

export function devicesReachable(): boolean {
  return typeof navigator !== "undefined" && typeof navigator.mediaDevices?.getUserMedia === "function";
}

/** Apps that show pages in a browser of their own, which often has no camera. */
export type Enclosing = "wechat" | "other";

/** WeChat and WeCom; then QQ, Weibo, DingTalk, Alipay, the apps of ByteDance, and Android's WebView as such. */
export function insideAnApp(agent: string = navigator.userAgent): Enclosing | null {
  if (/MicroMessenger|wxwork/i.test(agent)) return "wechat";
  return /\bQQ\/|Weibo|DingTalk|AlipayClient|aweme|BytedanceWebview|NewsArticle|; wv\)/i.test(agent) ? "other" : null;
}

export function onApple(agent: string = navigator.userAgent): boolean {
  return /iPhone|iPad|iPod/.test(agent);
}

export function problemOf(error: unknown): DeviceProblem {
  const name = (error as { name?: string } | null)?.name ?? "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
    case "PermissionDeniedError":
      return "denied";
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError":
      return "busy";
    case "NotFoundError":
    case "DevicesNotFoundError":
    case "OverconstrainedError":
      return "absent";
    default:
      return error instanceof DeviceError ? error.problem : "unknown";
  }
}

async function open(constraints: MediaStreamConstraints, kind: "audio" | "video"): Promise<MediaStreamTrack> {
  if (!devicesReachable()) throw new DeviceError("unreachable");
  try {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    const track = stream.getTracks().find((one) => one.kind === kind);
    if (!track) throw new DeviceError("absent");
    return track;
  } catch (error) {
    throw error instanceof DeviceError ? error : new DeviceError(problemOf(error), error);
  }
}

/** @param deviceId the one that the person chose; else the browser's own choice
 * @throws DeviceError */
export function openMicrophone(deviceId?: string): Promise<MediaStreamTrack> {
  return open({ audio: { ...SOUND, ...exactly(deviceId) } }, "audio");
}

/** @param deviceId the one that the person chose; else the one that looks at them
 * @throws DeviceError */
export function openCamera(deviceId?: string): Promise<MediaStreamTrack> {
  const { facingMode, ...size } = pictureWanted();
  return open({ video: deviceId ? { ...size, ...exactly(deviceId) } : { ...size, facingMode } }, "video");
}

function exactly(deviceId: string | undefined): MediaTrackConstraints {
  return deviceId ? { deviceId: { exact: deviceId } } : {};
}

export interface Device {
  id: string;
  /** As the system calls it; empty while the browser keeps it to itself. */
  label: string;
}

export type DeviceKind = "microphone" | "camera" | "speaker";

const KINDS: Record<string, DeviceKind> = { audioinput: "microphone", videoinput: "camera", audiooutput: "speaker" };

/** What is plugged in and can be chosen. Speakers are missing where the page cannot choose one. */
export async function listDevices(): Promise<Record<DeviceKind, Device[]>> {
  const found: Record<DeviceKind, Device[]> = { microphone: [], camera: [], speaker: [] };
  const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  for (const { kind, deviceId, label } of all) {
    const known = KINDS[kind];
    if (known && deviceId) found[known].push({ id: deviceId, label });
  }
  if (!speakerReachable()) found.speaker = [];
  return found;
}

/** Microphone and camera, if there is any, whether or not the page may open it; null: this browser does not say. */
export async function pluggedIn(): Promise<ReadonlySet<DeviceKind> | null> {
  const all = await navigator.mediaDevices?.enumerateDevices?.();
  // A browser that lists nothing at all keeps it to itself.
  return all?.length ? new Set(all.map(({ kind }) => KINDS[kind]).filter((one) => one !== undefined)) : null;
}

/** Whether this browser lets a page choose where the sound comes out. */
export function speakerReachable(): boolean {
  return typeof HTMLMediaElement !== "undefined" && "setSinkId" in HTMLMediaElement.prototype;
}

export interface SharedScreen {
  picture: MediaStreamTrack;
  /** The sound of what is shared, if the person chose to share it. */
  sound: MediaStreamTrack | null;
}

/** Phones cannot share their screen. */
export function screenReachable(): boolean {
  return typeof navigator !== "undefined" && typeof navigator.mediaDevices?.getDisplayMedia === "function";
}

/** Letters must be sharp, and a paper does not move: few frames, many pixels. The whole computer's sound is left out:
 * in it everybody would hear themselves. */
const SCREEN = {
  video: { frameRate: { ideal: 8, max: 10 }, width: { max: 1920 }, height: { max: 1200 } },
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  systemAudio: "exclude",
  selfBrowserSurface: "exclude",
  surfaceSwitching: "include",
};

/** The person chooses what to share; only to be called while a press is handled.
 * @throws DeviceError also when they chose nothing (`denied`) */
export async function openScreen(): Promise<SharedScreen> {
  if (!screenReachable()) throw new DeviceError("unreachable");
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia(SCREEN as DisplayMediaStreamOptions);
    const picture = stream.getVideoTracks()[0];
    if (!picture) throw new DeviceError("absent");
    picture.contentHint = "detail";
    return { picture, sound: stream.getAudioTracks()[0] ?? null };
  } catch (error) {
    throw error instanceof DeviceError ? error : new DeviceError(problemOf(error), error);
  }
}

/** Calls back when a microphone or camera was plugged in or out. */
export function watchDevices(changed: () => void): () => void {
  const devices = globalThis.navigator?.mediaDevices;
  devices?.addEventListener?.("devicechange", changed);
  return () => devices?.removeEventListener?.("devicechange", changed);
}

/** Calls back when the page comes to the front or goes to the back. */
export function watchPage(changed: () => void): () => void {
  globalThis.document?.addEventListener("visibilitychange", changed);
  return () => globalThis.document?.removeEventListener("visibilitychange", changed);
}

export interface OpenedDevices {
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  microphoneProblem: DeviceProblem | null;
  cameraProblem: DeviceProblem | null;
}

async function attempt(opening: () => Promise<MediaStreamTrack>) {
  try {
    return { track: await opening(), problem: null };
  } catch (error) {
    return { track: null, problem: problemOf(error) };
  }
}

/** Opens both with one question to the person; if that fails, each alone, so that one broken device does not cost
 * the other. Never throws: what could not be had is in the problems. */
export async function openDevices(withCamera: boolean): Promise<OpenedDevices> {
  if (withCamera && devicesReachable()) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: SOUND, video: pictureWanted() });
      const [microphone, camera] = [stream.getAudioTracks()[0] ?? null, stream.getVideoTracks()[0] ?? null];
      return { microphone, camera, microphoneProblem: null, cameraProblem: null };
    } catch {
      // Both were refused together, or one is missing: the single questions below tell which.
    }
  }
  const sound = await attempt(openMicrophone);
  const picture = withCamera ? await attempt(openCamera) : { track: null, problem: null };
  return {
    microphone: sound.track,
    camera: picture.track,
    microphoneProblem: sound.problem,
    cameraProblem: picture.problem,
  };
}
