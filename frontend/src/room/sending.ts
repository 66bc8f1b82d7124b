/** How each of one's own tracks is sent: codecs, layers, and what the server calls it. */
import type { types } from "mediasoup-client";
import type { PublicationView, Source } from "../generated/messages";
import { cores } from "./devices";
import { CAMERA_START_KBIT, cameraEncodings, encodingsFor, SCREEN_START_KBIT, screenEncodings } from "./encodings";

/** What goes out as a track of its own; a shared screen may bring its sound. */
export type Slot = Source | "screenSound";

export const SOURCE_OF: Record<Slot, Source> = {
  microphone: "microphone",
  camera: "camera",
  screen: "screen",
  screenSound: "screen",
};

/** Enough for a voice; what is saved goes to the picture. Bits per second. */
const VOICE_BITRATE = 32_000;

const REPAIRED = { opusDtx: true, opusFec: true, opusNack: true };

export function slotOf({ source, kind }: PublicationView): Slot {
  return source === "screen" && kind === "audio" ? "screenSound" : source;
}

/** @param codec the one for pictures; undefined: this browser can send none */
export function sendingOptions(
  slot: Slot,
  track: MediaStreamTrack,
  codec: types.RtpCodecCapability | undefined,
): Partial<types.ProducerOptions> {
  switch (slot) {
    case "microphone":
      return { codecOptions: { ...REPAIRED, opusStereo: false, opusMaxAverageBitrate: VOICE_BITRATE } };
    case "screenSound":
      return { codecOptions: { ...REPAIRED, opusStereo: true } };
    case "camera":
      return {
        encodings: encodingsFor(codec?.mimeType ?? "", cameraEncodings(track.getSettings(), cores())),
        codecOptions: { videoGoogleStartBitrate: CAMERA_START_KBIT },
        codec,
      };
    case "screen":
      return {
        encodings: encodingsFor(codec?.mimeType ?? "", screenEncodings()),
        codecOptions: { videoGoogleStartBitrate: SCREEN_START_KBIT },
        codec,
      };
  }
}
