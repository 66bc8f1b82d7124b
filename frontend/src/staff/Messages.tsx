/** What has to be said above the faces. In a low window two lines stay and the others fold, so that faces have room. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Icon } from "../ui/Icon";

/** A laptop's window; a phone's console scrolls as a whole. */
const LOW = "(max-height: 820px) and (min-width: 900px)";
const SHOWN = 2;

/** The children in the order of what must not be missed; each draws one line or nothing. */
export function Messages({ children }: { children: ComponentChildren }) {
  const lines = useRef<HTMLDivElement>(null);
  const [count, setCount] = useState(0);
  const [open, setOpen] = useState(false);
  const low = useMatch(LOW);
  useEffect(() => {
    const box = lines.current;
    if (!box) return;
    const look = () => setCount(box.childElementCount);
    look();
    const watch = new MutationObserver(look);
    watch.observe(box, { childList: true });
    return () => watch.disconnect();
  }, []);
  const folds = low && count > SHOWN;
  const more = count - SHOWN;
  return (
    <div class="console__messages" data-folded={folds && !open ? "" : undefined}>
      <div class="console__lines" ref={lines}>
        {children}
      </div>
      {/* What folds is in no live region: a reader hears that there is more. */}
      <span class="visually-hidden" role="status">
        {folds && !open && t("staff.messages.more", { count: more })}
      </span>
      {folds && (
        <button
          class="console__more"
          type="button"
          data-testid="messages-more"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? "up" : "down"} />
          {open ? t("staff.messages.less") : t("staff.messages.more", { count: more })}
        </button>
      )}
    </div>
  );
}

function useMatch(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const change = () => setMatches(list.matches);
    list.addEventListener("change", change);
    return () => list.removeEventListener("change", change);
  }, [query]);
  return matches;
}
