import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon";

type Tone = "info" | "ok" | "warn" | "danger" | "plain" | "sealed";

const ICONS: Record<Tone, IconName> = {
  info: "info",
  ok: "check",
  warn: "alert",
  danger: "alert",
  plain: "info",
  sealed: "lock",
};

interface Props {
  tone?: Tone;
  icon?: IconName;
  title?: string;
  /** Read out at once by a screen reader. */
  alert?: boolean;
  small?: boolean;
  testId?: string;
  children?: ComponentChildren;
}

export function Note({ tone = "info", icon, title, alert, small, testId, children }: Props) {
  const names = ["note"];
  if (tone !== "info") names.push(`note--${tone}`);
  if (small) names.push("note--small");
  return (
    <div class={names.join(" ")} role={alert ? "alert" : undefined} data-testid={testId}>
      <Icon name={icon ?? ICONS[tone]} />
      <div class="grow">
        {title && <p class="strong">{title}</p>}
        {children}
      </div>
    </div>
  );
}
