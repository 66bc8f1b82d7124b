/** A faint repeated line with the viewer's own name and the session's number: a photo of the screen tells whose it was.
 * It lies over pictures and pages only, under every word and control of ours; recordings are made on the server. */
import { createContext } from "preact";
import { useContext, useId } from "preact/hooks";
import { patternOf } from "./pattern";

/** Who looks, in one line; null outside a room. */
export const Viewing = createContext<string | null>(null);

/** @param over a picture that moves, or a page of an exhibit */
export function Watermark({ over }: { over: "picture" | "page" }) {
  const line = useContext(Viewing);
  const id = useId();
  if (!line) return null;
  const { width, height, rows } = patternOf(line);
  return (
    <svg class={`watermark watermark--${over}`} aria-hidden="true" focusable="false" data-testid="watermark">
      <pattern id={id} width={width} height={height} patternUnits="userSpaceOnUse" patternTransform="rotate(-24)">
        {rows.map(({ x, y }) => (
          <g key={x}>
            <text class="watermark__dark" x={x + 1} y={y + 1}>
              {line}
            </text>
            <text class="watermark__light" x={x} y={y}>
              {line}
            </text>
          </g>
        ))}
      </pattern>
      <rect width="100%" height="100%" fill={`url(#${id})`} />
    </svg>
  );
}
