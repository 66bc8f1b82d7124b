/** What lies over the whole page, outside of it: so that it can be printed alone. Contexts of the page end here. */
import { type ComponentChild, render } from "preact";
import { useEffect, useRef } from "preact/hooks";

export function Apart({ children }: { children: ComponentChild }) {
  const host = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const made = document.createElement("div");
    made.className = "apart";
    document.body.prepend(made);
    host.current = made;
    return () => {
      render(null, made);
      made.remove();
    };
  }, []);
  useEffect(() => {
    if (host.current) render(children, host.current);
  });
  return null;
}
