import { describe, expect, it } from "vitest";
import { canonicalJson, digestOf, shortCode } from "../../src/room/digest";

describe("the code of a text", () => {
  it("does not depend on the order of members (RFC 8785, 3.2.3)", async () => {
    const one = { type: "doc", content: [{ type: "paragraph", attrs: { b: 1, a: 2 } }] };
    const other = { content: [{ attrs: { a: 2, b: 1 }, type: "paragraph" }], type: "doc" };
    expect(await digestOf(one)).toBe(await digestOf(other));
  });

  it("serialises the example of RFC 8785, 3.2.2 as the RFC does", () => {
    const example = {
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\u002f",
      literals: [null, true, false],
    };
    expect(canonicalJson(example)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("is the SHA-256 that another program computes over the same text", async () => {
    // printf '{"content":[{"content":[{"text":"甲方付 5 元","type":"text"}],"type":"paragraph"}],"type":"doc"}' | sha256sum
    const text = {
      type: "doc",
      content: [{ type: "paragraph", content: [{ type: "text", text: "甲方付 5 元" }] }],
    };
    expect(await digestOf(text)).toBe("5a4cf4b337c60f8b2f748db7057549883dd445f21f880543b258046b949d1c51");
  });

  it("is read aloud as two groups of four", () => {
    expect(shortCode("7f3a91c2deadbeef")).toBe("7F3A 91C2");
  });
});
