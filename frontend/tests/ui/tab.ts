/** The storage of a tab, and of a browser in which nothing of it may be put. */
import { vi } from "vitest";

export function stubTab(): Map<string, string> {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    get length() {
      return kept.size;
    },
    key: (index: number) => [...kept.keys()][index] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal("localStorage", {
    setItem: () => {
      throw new Error("it would outlive the tab");
    },
  });
  return kept;
}
