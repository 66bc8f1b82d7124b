import { describe, expect, it } from "vitest";
import { blocks } from "../../src/party/blocks";

describe("the text of a notice", () => {
  it("falls into headings, paragraphs and lists", () => {
    const text = "# 告知书\n\n第一行\n第二行\n\n1. 一\n2. 二\n\n- 甲\n- 乙";
    expect(blocks(text)).toEqual([
      { kind: "heading", level: 1, text: "告知书" },
      { kind: "paragraph", lines: ["第一行", "第二行"] },
      { kind: "ordered", items: ["一", "二"] },
      { kind: "bullets", items: ["甲", "乙"] },
    ]);
  });

  it("keeps what looks like HTML as words", () => {
    expect(blocks("<script>alert(1)</script>")).toEqual([{ kind: "paragraph", lines: ["<script>alert(1)</script>"] }]);
  });
});
