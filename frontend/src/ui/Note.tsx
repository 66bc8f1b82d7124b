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
  testId?: string;
  children?: ComponentChildren;
}

export function Note({ tone = "info", icon, title, alert, testId, children }: Props) {
  const name = tone === "info" ? "note" : `note note--${tone}`;
  return (
    <div class={name} role={alert ? "alert" : undefined} data-testid={testId}>
      <Icon name={icon ?? ICONS[tone]} />
      <div class="grow">
        {title && <p class="strong">{title}</p>}
        {children}
      </div>
    </div>
  );
}
