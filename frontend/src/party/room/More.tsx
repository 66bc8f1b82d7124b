/** The sheet behind "More": everything that is not needed all the time. */
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { Icon, type IconName } from "../../ui/Icon";
import { OwnChoices } from "../Frame";

export interface Choice {
  testId: string;
  icon: IconName;
  word: string;
  count?: number;
  /** What came of pressing it, quietly. */
  note?: string;
  onPress: () => void;
}

export function More({ choices, onClose }: { choices: Choice[]; onClose: () => void }) {
  const titleId = useId();
  const box = useRef<HTMLDivElement>(null);
  const closing = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    closing.current?.focus();
    return () => before?.focus();
  }, []);
  const key = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
  };
  const leaves = (event: FocusEvent) => {
    if (event.relatedTarget && !box.current?.contains(event.relatedTarget as Node)) onClose();
  };
  return (
    <div class="more__place">
      <div
        class="more"
        role="dialog"
        aria-labelledby={titleId}
        data-testid="more"
        ref={box}
        onKeyDown={key}
        onFocusOut={leaves}
      >
        <header class="more__head">
          <h2 class="h3" id={titleId}>
            {t("room.more")}
          </h2>
          <OwnChoices />
          <button class="tool" type="button" data-testid="more-close" ref={closing} onClick={onClose}>
            <Icon name="x" />
            {t("common.close")}
          </button>
        </header>
        <ul class="more__list">
          {choices.map((one) => (
            <li key={one.testId}>
              <button class="more__item" type="button" data-testid={one.testId} onClick={one.onPress}>
                <Icon name={one.icon} />
                <span class="grow">
                  {one.word}
                  <span class="more__note" role="status" data-testid={`${one.testId}-note`}>
                    {one.note}
                  </span>
                </span>
                {(one.count ?? 0) > 0 && (
                  <b class="badge badge--accent">
                    {one.count}
                    <span class="visually-hidden">{t("common.new")}</span>
                  </b>
                )}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
