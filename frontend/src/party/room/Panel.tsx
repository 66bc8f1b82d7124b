import type { ComponentChildren } from "preact";
import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";

interface Props {
  title: string;
  testId: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A paper over the stage with a title and a way to close it. */
export function PanelFrame({ title, testId, onClose, children }: Props) {
  return (
    <section class="paper" data-theme-light aria-label={title} data-testid={testId}>
      <header class="paper__head">
        <h2 class="h2">{title}</h2>
        <button class="tool" type="button" data-testid={`${testId}-close`} onClick={onClose}>
          <Icon name="x" />
          {t("common.close")}
        </button>
      </header>
      {children}
    </section>
  );
}
