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

  it("may hold a table, whose line of dashes is no row", () => {
    expect(blocks("前\n\n| 信息 | 目的 |\n|---|:--|\n| 姓名 | 核对 |\n\n后")).toEqual([
      { kind: "paragraph", lines: ["前"] },
      { kind: "table", head: ["信息", "目的"], rows: [["姓名", "核对"]] },
      { kind: "paragraph", lines: ["后"] },
    ]);
  });

  it("keeps what looks like HTML as words", () => {
    expect(blocks("<script>alert(1)</script>")).toEqual([{ kind: "paragraph", lines: ["<script>alert(1)</script>"] }]);
  });
});
