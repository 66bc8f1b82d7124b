import { describe, expect, it } from "vitest";
import { cameraEncodings, cameraSize, encodingsFor, screenEncodings } from "../../src/room/encodings";

const scales = (encodings: { scaleResolutionDownBy?: number }[]) =>
  encodings.map((one) => one.scaleResolutionDownBy ?? 1);

describe("how a camera is sent", () => {
  it("asks for a larger picture on computers than on phones and weak machines", () => {
    expect(cameraSize(8, 900)).toEqual({ width: 960, height: 540 });
    expect(cameraSize(8, 390)).toEqual({ width: 640, height: 360 });
    expect(cameraSize(2, 900)).toEqual({ width: 640, height: 360 });
  });

  it("has no more layers than Chromium sends for the size, or the largest would be missing", () => {
    expect(scales(cameraEncodings({ width: 960, height: 540 }, 4))).toEqual([4, 2, 1]);
    expect(scales(cameraEncodings({ width: 1280, height: 720 }, 8))).toEqual([4, 2, 1]);
    expect(scales(cameraEncodings({ width: 640, height: 360 }, 8))).toEqual([2, 1]);
    expect(scales(cameraEncodings({ width: 320, height: 240 }, 8))).toEqual([1]);
  });

  it("counts a phone that is held upright as the same size", () => {
    expect(cameraEncodings({ width: 360, height: 640 }, 8)).toEqual(cameraEncodings({ width: 640, height: 360 }, 8));
  });

  it("leaves a machine of two cores one encoder fewer", () => {
    expect(scales(cameraEncodings({ width: 960, height: 540 }, 2))).toEqual([2, 1]);
  });

  it("takes a camera that does not say its size for an ordinary one", () => {
    expect(scales(cameraEncodings({}, 4))).toEqual([2, 1]);
  });

  it("gives every layer more bits than the one below it", () => {
    for (const encodings of [cameraEncodings({ width: 960, height: 540 }, 4), screenEncodings()]) {
      const bits = encodings.map((one) => one.maxBitrate);
      expect(bits).toEqual([...bits].sort((one, other) => one - other));
      expect(new Set(bits).size).toBe(bits.length);
    }
  });
});

it("sends a screen with few frames", () => {
  for (const one of screenEncodings()) expect(one.maxFramerate).toBeLessThanOrEqual(10);
});

it("a codec of which one layer is taken is sent in the largest alone", () => {
  const layers = cameraEncodings({ width: 640, height: 360 }, 8);
  expect(encodingsFor("video/VP8", layers)).toEqual(layers);
  expect(encodingsFor("video/H264", layers)).toEqual(layers);
  for (const codec of ["video/VP9", "video/AV1"]) expect(encodingsFor(codec, layers)).toEqual([layers[1]]);
});
