/** Handwriting as strokes of points, without a canvas. */

interface Point {
  x: number;
  y: number;
}

/** Space between the ink and the edge, in CSS pixels: half of the widest stroke. */
const EDGE = 4;

/** The same strokes, made smaller as far as it takes to lie inside `width` and `height`; never larger. */
export function shrunkToFit<P extends Point, S extends { points: P[] }>(
  strokes: S[],
  width: number,
  height: number,
): S[] {
  const points = strokes.flatMap((stroke) => stroke.points);
  const right = Math.max(0, ...points.map((point) => point.x)) + EDGE;
  const bottom = Math.max(0, ...points.map((point) => point.y)) + EDGE;
  const factor = Math.min(1, width / right, height / bottom);
  if (factor === 1) return strokes;
  return strokes.map((stroke) => ({
    ...stroke,
    points: stroke.points.map((point) => ({ ...point, x: point.x * factor, y: point.y * factor })),
  }));
}
