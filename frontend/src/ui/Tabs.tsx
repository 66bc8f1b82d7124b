/** A list of tabs (WAI-ARIA tabs pattern): arrow keys, Home and End move and choose; only the chosen one is in the tab
 * order. One line, which scrolls where it is longer than its place: the chosen tab is always in sight, and the edges
 * tell that there is more, and whether something new is among it. */
import { useLayoutEffect, useRef } from "preact/hooks";
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

/** Pixels that stay free between the chosen tab and the edge, so that its neighbour can be guessed. */
const PEEK = 40;

/** Where a key leads from the tab at `at` of `count`; undefined: it is none of these keys. */
function target(key: string, at: number, count: number): number | undefined {
  if (key === "ArrowRight") return (at + 1) % count;
  if (key === "ArrowLeft") return (at + count - 1) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : undefined;
}

/** Where a line has to be scrolled to so that a box of it is in sight; only the line moves, never the page. */
export function scrolledTo(line: { at: number; width: number }, box: { left: number; width: number }): number {
  if (box.left < line.at + PEEK) return Math.max(0, box.left - PEEK);
  const end = box.left + box.width;
  return end > line.at + line.width - PEEK ? end - line.width + PEEK : line.at;
}

/** Marks the edges behind which there are more tabs (`more`), and those behind which something is new (`news`). */
function markEdges(frame: HTMLElement, list: HTMLElement): void {
  const from = list.scrollLeft;
  const to = from + list.clientWidth;
  const hidden = { start: from > 1, end: to < list.scrollWidth - 1 };
  const news = { start: false, end: false };
  for (const count of list.querySelectorAll('[role="tab"] > b')) {
    const tab = count.parentElement as HTMLElement;
    if (tab.offsetLeft + tab.offsetWidth / 2 < from) news.start = true;
    if (tab.offsetLeft + tab.offsetWidth / 2 > to) news.end = true;
  }
  for (const edge of ["start", "end"] as const) {
    frame.toggleAttribute(`data-more-${edge}`, hidden[edge]);
    frame.toggleAttribute(`data-news-${edge}`, news[edge]);
  }
}

export function Tabs({ label, tabs, chosen, onChoose }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const mark = () => {
    if (frame.current && list.current) markEdges(frame.current, list.current);
  };
  const reveal = () => {
    const line = list.current;
    const tab = line?.querySelector<HTMLElement>(`#${tabId(chosen)}`);
    if (!line || !tab) return;
    const box = { left: tab.offsetLeft, width: tab.offsetWidth };
    line.scrollLeft = scrolledTo({ at: line.scrollLeft, width: line.clientWidth }, box);
  };
  useLayoutEffect(reveal, [chosen, tabs.map((tab) => tab.word).join()]);
  useLayoutEffect(mark); // Words, figures and languages change what is hidden.
  // Which tab is chosen by the time that the place is another one.
  const revealNow = useRef(reveal);
  revealNow.current = reveal;
  useLayoutEffect(() => {
    const line = list.current;
    if (!line) return;
    const watch = new ResizeObserver(() => {
      revealNow.current();
      mark();
    });
    watch.observe(line);
    return () => watch.disconnect();
  }, []);
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const next = tabs[target(event.key, at, tabs.length) ?? -1];
    if (!next) return;
    event.preventDefault();
    onChoose(next.id);
    list.current?.querySelector<HTMLElement>(`#${tabId(next.id)}`)?.focus({ preventScroll: true });
  };
  return (
    <div class="tabline" ref={frame}>
      <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move} onScroll={mark}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={tabId(tab.id)}
            data-testid={tabId(tab.id)}
            aria-selected={tab.id === chosen}
            aria-controls={panelId(tab.id)}
            data-news={tab.count > 0 ? "" : undefined}
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
    </div>
  );
}
