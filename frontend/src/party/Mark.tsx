import { Icon, type IconName } from "../ui/Icon";

/** A round sign in front of a line of the check. */
export function Mark({ tone, icon }: { tone: "ok" | "warn" | null; icon: IconName }) {
  return (
    <span class={tone ? `mark mark--${tone}` : "mark"}>
      <Icon name={icon} />
    </span>
  );
}
