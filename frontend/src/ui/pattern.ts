/** How a line is repeated so that it neither meets itself nor leaves a large hole. Lengths in CSS pixels. Pure. */

const SIZE = 12;
const GAP = 56;
const ROW = 60;
/** Chinese characters are as wide as they are high; others about 0.6 of that. */
const WIDE = /[⺀-鿿豈-﫿＀-｠]/;
const NARROW = 0.6;

export interface Pattern {
  width: number;
  height: number;
  /** Where the line begins: the second row half a step further, and once more from the left edge, cut by it. */
  rows: { x: number; y: number }[];
}

export function patternOf(line: string): Pattern {
  const wide = [...line].reduce((sum, sign) => sum + (WIDE.test(sign) ? 1 : NARROW), 0);
  const width = Math.ceil(wide * SIZE) + GAP;
  const rows = [
    { x: 0, y: SIZE + 4 },
    { x: width / 2, y: SIZE + 4 + ROW },
    { x: -width / 2, y: SIZE + 4 + ROW },
  ];
  return { width, height: 2 * ROW, rows };
}
