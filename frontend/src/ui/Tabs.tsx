/** A list of tabs (WAI-ARIA tabs pattern): arrow keys, Home and End move and choose; only the chosen one is in the tab
 * order. */
import { useRef } from "preact/hooks";
import { t } from "../i18n";

export interface Tab {
  id: string;
  word: string;
  count: number;
}

interface Props {
  label: string;
  tabs: readonly Tab[];
  chosen: string;
  onChoose: (id: string) => void;
}

export const tabId = (id: string) => `tab-${id}`;
export const panelId = (id: string) => `panel-${id}`;

/** Where a key leads from the tab at `at` of `count`; undefined: it is none of these keys. */
function target(key: string, at: number, count: number): number | undefined {
  if (key === "ArrowRight") return (at + 1) % count;
  if (key === "ArrowLeft") return (at + count - 1) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : undefined;
}

export function Tabs({ label, tabs, chosen, onChoose }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const next = tabs[target(event.key, at, tabs.length) ?? -1];
    if (!next) return;
    event.preventDefault();
    onChoose(next.id);
    list.current?.querySelector<HTMLElement>(`#${tabId(next.id)}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={tabId(tab.id)}
          data-testid={tabId(tab.id)}
          aria-selected={tab.id === chosen}
          aria-controls={panelId(tab.id)}
          tabIndex={tab.id === chosen ? 0 : -1}
          onClick={() => onChoose(tab.id)}
        >
          {tab.word}
          {tab.count > 0 && (
            <b>
              {tab.count}
              <span class="visually-hidden">{t("common.new")}</span>
            </b>
          )}
        </button>
      ))}
    </div>
  );
}
