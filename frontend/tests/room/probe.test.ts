import { describe, expect, it } from "vitest";
import { insideAnApp, onApple } from "../../src/room/devices";
import { gradeOf, type Measured } from "../../src/room/probe";

const GOOD: Measured = { connected: true, protocol: "udp", roundTripMs: 40, lost: 0 };

describe("what a measured network is worth", () => {
  it.each([
    ["everything comes back soon", {}, "good"],
    ["no sound could be made, but the path is open", { lost: null }, "good"],
    ["it takes long", { roundTripMs: 401 }, "weak"],
    ["some of it is lost", { lost: 0.06 }, "weak"],
    ["only TCP gets through", { protocol: "tcp" as const }, "weak"],
    ["the path opens and nothing comes back", { lost: 1 }, "none"],
    ["no path opens", { connected: false, lost: null, roundTripMs: null, protocol: null }, "none"],
  ])("%s", (_, different, grade) => {
    expect(gradeOf({ ...GOOD, ...different })).toBe(grade);
  });
});

describe("which app shows the page", () => {
  it.each([
    ["Mozilla/5.0 (Linux; Android 12; wv) Chrome/107 Mobile MicroMessenger/8.0.40", "wechat"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) MicroMessenger/8.0.38", "wechat"],
    ["Mozilla/5.0 (Windows NT 10.0) wxwork/4.1", "wechat"],
    ["Mozilla/5.0 (Linux; Android 12; wv) AlipayClient/10.3", "other"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) QQ/8.9", "other"],
    ["Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36", null],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1", null],
    ["Mozilla/5.0 (Linux; U; Android 11) MQQBrowser/13.0 Mobile", null],
  ])("%s", (agent, app) => {
    expect(insideAnApp(agent)).toBe(app);
  });

  it("knows the phones whose WeChat has another menu", () => {
    expect(onApple("Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X)")).toBe(true);
    expect(onApple("Mozilla/5.0 (Linux; Android 12)")).toBe(false);
  });
});
