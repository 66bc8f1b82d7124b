import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { useOneAtATime } from "./acts";
import { Icon, type IconName } from "./Icon";

type Look = "primary" | "plain" | "quiet" | "danger" | "danger-solid";

interface Props extends Omit<ButtonHTMLAttributes, "icon"> {
  look?: Look;
  big?: boolean;
  block?: boolean;
  dense?: boolean;
  icon?: IconName;
  testId?: string;
  /** What it does at the server, instead of `onClick`: pressed again while that is on its way, it does nothing. */
  work?: () => Promise<unknown>;
  children?: ComponentChildren;
}

/** A native button. When it cannot be pressed, its label says why. */
export function Button(props: Props) {
  const { look = "plain", big, block, dense, icon, testId, work, children, class: extra, ...rest } = props;
  const { busy, run } = useOneAtATime();
  const doing = work && { onClick: () => void run(work), "aria-disabled": busy || rest["aria-disabled"] };
  const names = ["btn"];
  if (look !== "plain") names.push(`btn--${look}`);
  if (big) names.push("btn--big");
  if (block) names.push("btn--block");
  if (dense) names.push("btn--dense");
  if (extra) names.push(String(extra));
  return (
    <button type="button" class={names.join(" ")} data-testid={testId} {...rest} {...doing}>
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
