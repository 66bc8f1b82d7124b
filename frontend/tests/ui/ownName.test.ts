import { describe, expect, it } from "vitest";
import { ApiError } from "../../src/api";
import { isOfName, isPut, NO_NAME, sentName } from "../../src/ui/ownName";

const STROKE = { penColor: "", dotSize: 0, minWidth: 1, maxWidth: 2, points: [] } as never;
const PAD = { isEmpty: () => false, png: () => "iVBOR" };
const refusal = (code: string) => new ApiError({ status: 422, code, title: "", detail: "", words: null, extra: {} });

describe("one's own name", () => {
  it("is there in the way that was chosen, whatever is left of the other", () => {
    expect(isPut(NO_NAME)).toBe(false);
    expect(isPut({ ...NO_NAME, strokes: [STROKE] })).toBe(true);
    expect(isPut({ mode: "typed", strokes: [STROKE], typed: " \u3000" })).toBe(false);
    expect(isPut({ mode: "typed", strokes: [], typed: "林" })).toBe(true);
    expect(isPut({ mode: "drawn", strokes: [], typed: "林" })).toBe(false);
  });

  it("is sent as it was typed, or as a picture, never as both", () => {
    expect(sentName({ mode: "typed", strokes: [STROKE], typed: " 林 小满" }, PAD)).toEqual({
      mode: "typed",
      name: " 林 小满",
    });
    expect(sentName({ mode: "drawn", strokes: [STROKE], typed: "林" }, PAD)).toEqual({
      mode: "drawn",
      picture: "iVBOR",
    });
    expect(sentName(NO_NAME, null)).toBeNull();
  });

  it("is complained of beside it, everything else elsewhere", () => {
    expect(["name_missing", "name_differs", "text_invalid"].every((code) => isOfName(refusal(code)))).toBe(true);
    expect([refusal("code_wrong"), refusal("handwriting_empty"), null, new Error()].some(isOfName)).toBe(false);
  });
});
