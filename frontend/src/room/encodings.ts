/** How the own tracks are encoded: which layers, how many bits. Pure. */

/** The size of a captured picture in pixels, as `MediaStreamTrack.getSettings` says it. */
export interface Captured {
  width?: number;
  height?: number;
}

export interface Encoding {
  scaleResolutionDownBy?: number;
  /** Bits per second. */
  maxBitrate: number;
  maxFramerate?: number;
  scalabilityMode?: string;
}

/** The server forwards whole layers, so that nothing is gained by temporal ones within them. */
const ONE_TEMPORAL_LAYER = "L1T1";

/** By the number of layers, low first. */
const CAMERA_LAYERS: Record<1 | 2 | 3, readonly Encoding[]> = {
  1: [{ maxBitrate: 300_000 }],
  2: [
    { scaleResolutionDownBy: 2, maxBitrate: 150_000 },
    { scaleResolutionDownBy: 1, maxBitrate: 500_000 },
  ],
  3: [
    { scaleResolutionDownBy: 4, maxBitrate: 100_000 },
    { scaleResolutionDownBy: 2, maxBitrate: 300_000 },
    { scaleResolutionDownBy: 1, maxBitrate: 900_000 },
  ],
};
/** Chromium (measured: 156) never sends the *largest* of more layers than it thinks the picture is worth, so that
 * nobody would get the full picture: two from 480×270, three from 960×540 pixels. */
const TWO_LAYERS = 480 * 270;
const THREE_LAYERS = 960 * 540;
/** A processor with fewer cores has enough to do with decoding everybody else. */
const FEW_CORES = 2;
/** The shorter side of a tablet's or computer's screen in CSS pixels. */
const LARGE_SCREEN = 600;

/** Kilobits per second with which the browser begins before it has measured the way: enough for the lower layers. */
export const CAMERA_START_KBIT = 400;
export const SCREEN_START_KBIT = 800;

/** What to ask of a camera. 360 lines are enough to see a face on a phone and leave an old one its battery.
 * @param cores `navigator.hardwareConcurrency`
 * @param screenSide the shorter side of this device's screen in CSS pixels */
export function cameraSize(cores: number, screenSide: number): { width: number; height: number } {
  const able = cores > FEW_CORES && screenSide >= LARGE_SCREEN;
  return able ? { width: 960, height: 540 } : { width: 640, height: 360 };
}

/** The layers of a camera, low first: fewer for a small picture or a weak processor. */
export function cameraEncodings(captured: Captured, cores: number): Encoding[] {
  const pixels = (captured.width ?? 640) * (captured.height ?? 360);
  if (pixels < TWO_LAYERS) return [...CAMERA_LAYERS[1]];
  const layers = CAMERA_LAYERS[pixels < THREE_LAYERS || cores <= FEW_CORES ? 2 : 3];
  return layers.map((one) => ({ ...one, scalabilityMode: ONE_TEMPORAL_LAYER }));
}

/** Codecs of which the server takes several layers (it can go on in another where one stopped). */
const LAYERED = new Set(["video/vp8", "video/h264"]);

/** What this codec may be sent in: all the layers, or the largest alone. */
export function encodingsFor(mimeType: string, layers: Encoding[]): Encoding[] {
  return LAYERED.has(mimeType.toLowerCase()) ? layers : layers.slice(-1);
}

/** A screen: sharp letters before smooth motion. The low layer is for small tiles and weak networks. */
export function screenEncodings(): Encoding[] {
  return [
    { scaleResolutionDownBy: 2, maxBitrate: 250_000, maxFramerate: 5, scalabilityMode: ONE_TEMPORAL_LAYER },
    { scaleResolutionDownBy: 1, maxBitrate: 1_500_000, maxFramerate: 8, scalabilityMode: ONE_TEMPORAL_LAYER },
  ];
}
