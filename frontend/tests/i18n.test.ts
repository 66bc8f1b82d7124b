import { describe, expect, it } from "vitest";
import everybodysEnglish from "../src/i18n/en";
import officeEnglish from "../src/i18n/en.office";
import everybodysChinese from "../src/i18n/zh-CN";
import officeChinese from "../src/i18n/zh-CN.office";

const zh = { ...everybodysChinese, ...officeChinese };
const en = { ...everybodysEnglish, ...officeEnglish };

const holes = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe("the words of the interface", () => {
  it("exist in both languages with the same places to fill", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    for (const [key, sentence] of Object.entries(zh)) {
      expect([key, holes(en[key as keyof typeof en])]).toEqual([key, holes(sentence)]);
    }
  });

  it("are right in English for one as well as for many", () => {
    // Never used of one.
    const many = new Set(["court.switch.changes", "offer.acceptParts"]);
    const counted = Object.entries(en).filter(([, sentence]) =>
      /\{(count|days|minutes|left)\} [a-z]+s\b/.test(sentence),
    );
    expect(counted.map(([key]) => key).filter((key) => !many.has(key))).toEqual([]);
  });
});
