import { Icon, type IconName } from "./Icon";

interface Props {
  icon: IconName;
  /** What is not there yet. */
  words: string;
  /** What one can do, or what will come. */
  hint?: string;
}

/** A list in which nothing is yet: says so, and what to expect of it. */
export function Empty({ icon, words, hint }: Props) {
  return (
    <div class="empty">
      <span class="empty__sign" aria-hidden="true">
        <Icon name={icon} />
      </span>
      <p class="strong">{words}</p>
      {hint && <p class="meta">{hint}</p>}
    </div>
  );
}
