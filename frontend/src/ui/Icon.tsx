import { type IconName, SHAPES } from "./shapes";

const SPRITE = Object.entries(SHAPES)
  .map(([name, shape]) => `<symbol id="i-${name}" viewBox="0 0 24 24">${shape}</symbol>`)
  .join("");

/** The page's one sprite. Mounted once, before everything that uses an icon. */
export function Sprite() {
  return <svg class="sprite" aria-hidden="true" dangerouslySetInnerHTML={{ __html: SPRITE }} />;
}

/** A decorative icon; the word beside it carries the meaning. */
export function Icon({ name, large }: { name: IconName; large?: boolean }) {
  return (
    <svg class={large ? "icon icon--lg" : "icon"} aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}

export type { IconName };
