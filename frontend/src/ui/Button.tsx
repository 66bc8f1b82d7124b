import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon";

type Look = "primary" | "plain" | "quiet" | "danger" | "danger-solid";

interface Props extends Omit<ButtonHTMLAttributes, "icon"> {
  look?: Look;
  big?: boolean;
  block?: boolean;
  dense?: boolean;
  icon?: IconName;
  testId?: string;
  children?: ComponentChildren;
}

/** A native button. When it cannot be pressed, its label says why. */
export function Button({ look = "plain", big, block, dense, icon, testId, children, class: extra, ...rest }: Props) {
  const names = ["btn"];
  if (look !== "plain") names.push(`btn--${look}`);
  if (big) names.push("btn--big");
  if (block) names.push("btn--block");
  if (dense) names.push("btn--dense");
  if (extra) names.push(String(extra));
  return (
    <button type="button" class={names.join(" ")} data-testid={testId} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface LinkProps extends Omit<ButtonHTMLAttributes, "icon"> {
  icon?: IconName;
  testId?: string;
  children?: ComponentChildren;
}

/** Something small to do, drawn as a link. */
export function LinkButton({ icon, testId, children, ...rest }: LinkProps) {
  return (
    <button type="button" class="link link--button" data-testid={testId} {...rest}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}
