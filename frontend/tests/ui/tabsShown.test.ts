// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadLocale } from "../../src/i18n";
import { Tabs } from "../../src/ui/Tabs";

/** Every letter of a tab's word is so many pixels wide. */
let letter = 10;
let line = 200;
let resized = (): void => undefined;

function lay(name: "offsetLeft" | "offsetWidth" | "clientWidth", measure: (one: HTMLElement) => number): void {
  vi.spyOn(HTMLElement.prototype, name, "get").mockImplementation(function of(this: HTMLElement) {
    return measure(this);
  });
}
const widthOf = (one: HTMLElement) => letter * (one.textContent?.length ?? 0);
const before = (one: HTMLElement): HTMLElement[] =>
  one.previousElementSibling
    ? [one.previousElementSibling as HTMLElement, ...before(one.previousElementSibling as HTMLElement)]
    : [];

describe("a line of tabs that is longer than its place", () => {
  let root: HTMLElement;
  const words = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth"];

  beforeEach(async () => {
    await loadLocale("en");
    [letter, line] = [10, 400];
    lay("offsetWidth", widthOf);
    lay("offsetLeft", (one) => before(one).reduce((sum, each) => sum + widthOf(each), 0));
    lay("clientWidth", () => line);
    vi.stubGlobal(
      "ResizeObserver",
      class {
        constructor(callback: () => void) {
          resized = callback;
        }
        observe() {}
        disconnect() {}
      },
    );
    root = document.body.appendChild(document.createElement("div"));
  });
  afterEach(() => {
    render(null, root);
    root.remove();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  async function show(chosen: string, names = words): Promise<void> {
    const tabs = names.map((word, index) => ({ id: `${index}`, word, count: 0 }));
    await act(async () => render(h(Tabs, { label: "", tabs, chosen, onChoose: () => undefined }), root));
  }
  function inSight(chosen: string): boolean {
    const list = root.querySelector("[role=tablist]") as HTMLElement;
    const tab = root.querySelector(`#tab-${chosen}`) as HTMLElement;
    return tab.offsetLeft >= list.scrollLeft && tab.offsetLeft + tab.offsetWidth <= list.scrollLeft + line;
  }

  it("keeps the tab in sight that is chosen now when its place becomes narrower", async () => {
    await show("0");
    await show("5");
    line = 120;
    resized();
    expect(inSight("5")).toBe(true);
  });

  it("keeps it in sight when words become longer", async () => {
    await show("4");
    await show(
      "4",
      words.map((word) => word.repeat(3)),
    );
    expect(inSight("4")).toBe(true);
  });
});
