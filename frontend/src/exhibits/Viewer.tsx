/** A page as large as one likes: the whole screen, steps of zoom, keys; a finger drags it. */
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { keepFocusInside } from "../ui/Confirm";
import { scrollable } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import type { ExhibitAccess } from "./access";
import type { Exhibit } from "./model";
import { PagePicture } from "./PagePicture";
import { PageTurner } from "./PageTurner";
import { nameOf } from "./words";

const STEPS = [1, 1.5, 2, 3, 4] as const;

interface Props {
  access: ExhibitAccess;
  exhibit: Exhibit;
  page: number;
  /** Absent while somebody else turns the pages. */
  onTurn?: (page: number) => void;
  onClose: () => void;
}

export function Viewer({ access, exhibit, page, onTurn, onClose }: Props) {
  const titleId = useId();
  const box = useRef<HTMLDivElement>(null);
  const closer = useRef<HTMLButtonElement>(null);
  const [step, setStep] = useState(0);
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    closer.current?.focus();
    return () => before?.focus();
  }, []);
  const zoom = (by: number) => setStep(Math.min(STEPS.length - 1, Math.max(0, step + by)));
  const turn = (by: number) => {
    const next = page + by;
    if (onTurn && next >= 1 && next <= exhibit.pages.length) onTurn(next);
  };
  const keys: Record<string, () => void> = {
    Escape: onClose,
    "+": () => zoom(1),
    "=": () => zoom(1),
    "-": () => zoom(-1),
    "0": () => setStep(0),
    PageDown: () => turn(1),
    PageUp: () => turn(-1),
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "Tab") keepFocusInside(event, box.current);
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const level = STEPS[step] ?? 1;
  return (
    <div
      class="viewer"
      role="dialog"
      aria-modal="true"
      aria-labelledby={titleId}
      data-testid="exhibit-viewer"
      data-zoom={level}
      ref={box}
      onKeyDown={key}
    >
      <header class="viewer__head">
        <h2 class="h3 grow" id={titleId}>
          {nameOf(exhibit)} · {exhibit.title}
        </h2>
        <button class="tool" type="button" data-testid="viewer-close" ref={closer} onClick={onClose}>
          <Icon name="x" />
          {t("common.close")}
        </button>
      </header>
      <section class="viewer__page" {...scrollable} aria-label={t("exhibit.scrollable")}>
        <div style={{ width: `${level * 100}%` }}>
          <PagePicture access={access} exhibit={exhibit} page={page} />
        </div>
      </section>
      <footer class="viewer__foot">
        <button class="tool" type="button" disabled={step === 0} data-testid="viewer-smaller" onClick={() => zoom(-1)}>
          {t("exhibit.smaller")}
        </button>
        <span class="viewer__where" role="status">
          {t("exhibit.page", { page, pages: exhibit.pages.length })}
        </span>
        <button
          class="tool"
          type="button"
          disabled={step === STEPS.length - 1}
          data-testid="viewer-larger"
          onClick={() => zoom(1)}
        >
          <Icon name="zoom" />
          {t("exhibit.larger")}
        </button>
      </footer>
      {onTurn ? (
        <PageTurner page={page} pages={exhibit.pages.length} onTurn={onTurn} />
      ) : (
        exhibit.pages.length > 1 && <p class="viewer__note meta">{t("exhibit.turnedByOthers")}</p>
      )}
    </div>
  );
}
