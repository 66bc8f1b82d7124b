import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";

/** The top of what "More" opened: it gets the focus, and closes it again. */
export function PanelHead({ title, onClose }: { title: string; onClose: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  return (
    <header class="paper__head">
      <h2 class="h2 panel-title" ref={heading} tabIndex={-1}>
        {title}
      </h2>
      <button class="tool" type="button" data-testid="panel-close" onClick={onClose}>
        <Icon name="x" />
        {t("common.close")}
      </button>
    </header>
  );
}
