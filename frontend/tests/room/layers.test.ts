import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LayeredProducer, LayerSwitch } from "../../src/room/layers";
import { FakeProducer, FakeSender, FakeTrack } from "./fakes";

const settle = () => vi.advanceTimersByTimeAsync(2000);

function threeLayers(id = "pub"): FakeProducer {
  return new FakeProducer(id, new FakeTrack("video"), { encodings: [{}, {}, {}], appData: { source: "camera" } });
}

const asProducer = (producer: FakeProducer) => producer as unknown as LayeredProducer;

describe("the layers that are really encoded", () => {
  let layers: LayerSwitch;

  beforeEach(() => {
    vi.useFakeTimers();
    layers = new LayerSwitch();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("are those that somebody watches, down to none and back", async () => {
    const producer = threeLayers();
    layers.attach(asProducer(producer));
    await settle();
    expect(producer.rtpSender.setParameters).not.toHaveBeenCalled();
    for (const [watched, active] of [
      [[0], [true, false, false]],
      [[], [false, false, false]],
      [
        [0, 2],
        [true, false, true],
      ],
    ] as const) {
      layers.want("pub", watched);
      await settle();
      expect(producer.rtpSender.active).toEqual(active);
    }
    expect(producer.rtpSender.replaceTrack).not.toHaveBeenCalled();
  });

  it("are known by their names, in whatever order the browser lists them", async () => {
    const producer = threeLayers();
    producer.rtpSender.encodings.reverse();
    layers.attach(asProducer(producer));
    layers.want("pub", [0]);
    await settle();
    expect(producer.rtpSender.encodings.filter((one) => one.active).map((one) => one.rid)).toEqual(["r0"]);
  });

  it("wait for a producer that the server talked about before it was there", async () => {
    layers.want("pub", []);
    await settle();
    const producer = threeLayers();
    layers.attach(asProducer(producer));
    await settle();
    expect(producer.rtpSender.active).toEqual([false, false, false]);
  });

  it("follow a publication to another sender, and forget one that ended", async () => {
    const [first, second] = [threeLayers(), threeLayers()];
    layers.attach(asProducer(first));
    layers.want("pub", [1]);
    await settle();
    first.close();
    layers.attach(asProducer(second));
    await settle();
    expect(second.rtpSender.active).toEqual([false, true, false]);
    layers.forget("pub");
    const third = threeLayers();
    layers.attach(asProducer(third));
    await settle();
    expect(third.rtpSender.active).toEqual([true, true, true]);
  });

  it("end as the server said last, however quickly it changes its mind", async () => {
    const producer = threeLayers();
    producer.rtpSender.refusals = 1;
    layers.attach(asProducer(producer));
    for (const watched of [[], [0], [0, 1], [2]]) layers.want("pub", watched);
    await settle();
    expect(producer.rtpSender.active).toEqual([false, false, true]);
  });

  it("are tried again while the browser negotiates", async () => {
    const producer = threeLayers();
    producer.rtpSender.refusals = 2;
    layers.attach(asProducer(producer));
    layers.want("pub", [0]);
    await settle();
    expect(producer.rtpSender.active).toEqual([true, false, false]);
    expect(producer.rtpSender.setParameters).toHaveBeenCalledTimes(3);
  });

  it("are switched by the track where a browser knows no inactive encodings", async () => {
    const producer = threeLayers();
    producer.rtpSender.refusals = Number.POSITIVE_INFINITY;
    layers.attach(asProducer(producer));
    layers.want("pub", []);
    await settle();
    expect(producer.rtpSender.track).toBeNull();
    layers.want("pub", [1]);
    await settle();
    expect(producer.rtpSender.track).toBe(producer.track);
  });

  it("are one where the browser has no simulcast: any watched layer keeps it on", async () => {
    const producer = threeLayers();
    Object.assign(producer, { rtpSender: new FakeSender([undefined]) });
    layers.attach(asProducer(producer));
    layers.want("pub", [2]);
    await settle();
    expect(producer.rtpSender.active).toEqual([true]);
    layers.want("pub", []);
    await settle();
    expect(producer.rtpSender.active).toEqual([false]);
  });

  it("have a ceiling over the lowest alone, which never adds anything, with whatever the server wants", async () => {
    const producer = threeLayers();
    for (const [index, maxBitrate] of [100_000, 300_000, 900_000].entries()) {
      Object.assign(producer.rtpParameters.encodings[index] as object, { maxBitrate });
    }
    const rates = () => producer.rtpSender.encodings.map((one) => one.maxBitrate);
    layers.attach(asProducer(producer));
    layers.limit(60_000);
    await settle();
    expect(rates()).toEqual([60_000, undefined, undefined]);
    expect(producer.rtpSender.active).toEqual([true, true, true]);
    layers.want("pub", [0]);
    await settle();
    expect([rates()[0], producer.rtpSender.active]).toEqual([60_000, [true, false, false]]);
    producer.rtpSender.refusals = 1;
    layers.limit(Number.POSITIVE_INFINITY);
    await settle();
    expect([rates()[0], producer.rtpSender.active]).toEqual([100_000, [true, false, false]]);
  });

  it("keep their ceiling when another camera is sent", async () => {
    layers.limit(30_000);
    const producer = threeLayers();
    Object.assign(producer.rtpParameters.encodings[0] as object, { maxBitrate: 100_000 });
    layers.attach(asProducer(producer));
    await settle();
    expect(producer.rtpSender.encodings[0]?.maxBitrate).toBe(30_000);
  });
});
