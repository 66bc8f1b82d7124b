import { describe, expect, it } from "vitest";
// @ts-expect-error: a script of the build, without types
import { gapless } from "../scripts/gapless.mjs";
// @ts-expect-error: a script of the build, without types
import { newer } from "../scripts/older.mjs";

describe("style sheets for browsers of 2020", () => {
  it("are refused for words that those do not read", () => {
    for (const [wrong, right] of [
      [".a{padding-inline:var(--s)}", ".a{padding-left:var(--s);padding-right:var(--s)}"],
      [".a{inset:0}", ".a{top:0;box-shadow:inset 0 0 1px red}"],
      [".a{aspect-ratio:1}", "@supports (aspect-ratio:1){.a{aspect-ratio:1}}"],
      [".a{height:100dvh}", ".a{height:100vh}@supports (height:100dvh){.a{height:100dvh}}"],
      [".a:has(b),.c{color:red}", ".a[data-b],.c{color:red}"],
      [".a:is(.b,.c){color:red}", ".a:-webkit-any(.b,.c){color:red}.a:is(.b,.c){color:red}"],
      ["@media (min-width:1px){.a{color:color-mix(in srgb,red,blue)}}", ".a{color:red}"],
    ]) {
      expect([wrong, newer(wrong).length]).toEqual([wrong, 1]);
      expect([right, newer(right)]).toEqual([right, []]);
    }
  });

  it("get margins in place of gaps, across or down, within the same conditions", () => {
    const sheet = [
      ".row{display:flex;gap:8px}",
      ".row--wide{gap:16px}",
      ".stack{display:flex;flex-direction:column;gap:4px}",
      "@media (min-width:900px){.stack{flex-direction:row}}",
      "@media (min-width:900px){.row{gap:0}}",
      ".table{display:grid;gap:3px}",
    ].join("");
    const made = gapless([sheet]).split("\n");
    for (const rule of [
      ".row>*+*{margin-left:8px}",
      ".row--wide>*+*{margin-left:16px}",
      ".stack>*+*{margin-top:4px}",
      "@media (min-width:900px){.stack>*+*{margin-top:0;margin-left:4px}",
      "@media (min-width:900px){.row>*+*{margin-left:0}",
    ]) {
      expect(made.filter((one: string) => one.startsWith(rule))).toHaveLength(1);
    }
    expect(made.join()).not.toContain("table");
    expect(made[0]).toContain(".row>.icon:only-child");
  });

  it("give boxes that go on in another line half of the room above and below", () => {
    const made = gapless([".a{display:flex;flex-wrap:wrap;gap:8px 4px}"]);
    expect(made).toContain(".a>*+*{margin-left:4px}");
    expect(made).toContain(".a>*{margin-top:calc(8px/2);margin-bottom:calc(8px/2)}");
  });
});
