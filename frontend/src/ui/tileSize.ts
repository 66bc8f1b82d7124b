/** How large an element is on the screen, in device pixels; nothing while it is scrolled away or the page is hidden. */
import { useEffect } from "preact/hooks";
import type { PublicationId } from "../generated/messages";
import { HIDDEN, type TileSize } from "../room/sizes";

function sizeOf(element: Element): TileSize {
  const { width, height } = element.getBoundingClientRect();
  const ratio = window.devicePixelRatio || 1;
  return { width: Math.round(width * ratio), height: Math.round(height * ratio) };
}

/** Calls `shown` with the size at first and on every change, and with 0×0 when the element goes away. */
export function watchSize(element: Element, shown: (size: TileSize) => void): () => void {
  let inView = true;
  const report = () => shown(inView && document.visibilityState === "visible" ? sizeOf(element) : HIDDEN);
  // Browsers of 2019 have no observers; there the window's own changes must do.
  const resized = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(report);
  const scrolled =
    typeof IntersectionObserver === "undefined"
      ? null
      : new IntersectionObserver((entries) => {
          inView = entries[entries.length - 1]?.isIntersecting ?? true;
          report();
        });
  resized?.observe(element);
  scrolled?.observe(element);
  document.addEventListener("visibilitychange", report);
  window.addEventListener("resize", report);
  report();
  return () => {
    resized?.disconnect();
    scrolled?.disconnect();
    document.removeEventListener("visibilitychange", report);
    window.removeEventListener("resize", report);
    shown(HIDDEN);
  };
}

/** Reports the size at which a publication is shown, for as long as the element shows this one. */
export function useTileSize(
  element: { current: Element | null },
  publication: PublicationId | undefined,
  shown: ((publication: PublicationId, size: TileSize) => void) | undefined,
): void {
  useEffect(() => {
    if (!element.current || !publication || !shown) return;
    return watchSize(element.current, (size) => shown(publication, size));
  }, [publication]);
}
