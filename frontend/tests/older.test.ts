// @vitest-environment happy-dom
// @vitest-environment-options { "settings": { "disableCSSFileLoading": true, "handleDisabledFileLoadingAsSuccess": true } }
import { Editor } from "@tiptap/core";
import StarterKit from "@tiptap/starter-kit";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Exhibit } from "../src/exhibits/model";
import { Originals } from "../src/exhibits/Originals";
import { loadLocale } from "../src/i18n";
import { bringUp } from "../src/older";
import { Tabs } from "../src/ui/Tabs";

const NEWER = ["at", "findLast"] as const;
const known = NEWER.map((name) => [name, Object.getOwnPropertyDescriptor(Array.prototype, name)] as const);
const query = Element.prototype.querySelectorAll;

let root: HTMLElement;

beforeEach(async () => {
  await loadLocale("en");
  root = document.body.appendChild(document.createElement("div"));
  for (const name of NEWER) Reflect.deleteProperty(Array.prototype, name);
  // As where `:has` is not known.
  vi.spyOn(Element.prototype, "querySelectorAll").mockImplementation(function of(this: Element, selector: string) {
    if (selector.includes(":has(")) throw new SyntaxError(`${selector} is not a valid selector`);
    return query.call(this, selector);
  });
});
afterEach(() => {
  for (const [name, how] of known) if (how) Object.defineProperty(Array.prototype, name, how);
  vi.restoreAllMocks();
  render(null, root);
  root.remove();
});

describe("a browser of 2020", () => {
  it("shows whether an exhibit was compared with its original", async () => {
    const entry = { outcome: "agrees", way: "camera", remark: "", name: "M", at: "2026-11-30T01:00:00Z" };
    const exhibit = { private: false, comparisons: [{ ...entry, outcome: "differs" }, entry] } as unknown as Exhibit;
    await act(async () => render(h(Originals, { exhibit }), root));
    expect(root.querySelector<HTMLElement>("[data-testid=originals]")?.dataset.state).toBe("agrees");
  });

  it("shows the tabs of the console", async () => {
    vi.stubGlobal(
      "ResizeObserver",
      class {
        observe() {}
        disconnect() {}
      },
    );
    const tabs = [{ id: "chat", word: "Chat", count: 1 }];
    await act(async () => render(h(Tabs, { label: "", tabs, chosen: "chat", onChoose: () => undefined }), root));
    expect(root.textContent).toContain("Chat");
  });

  it("takes what is written into the draft, and says that it changed", () => {
    bringUp();
    const editor = new Editor({ element: root, extensions: [StarterKit] });
    const changed = vi.fn();
    editor.on("update", changed);
    editor.commands.insertContent("First clause");
    expect(editor.getText()).toBe("First clause");
    expect(changed).toHaveBeenCalled();
    editor.destroy();
  });

  it("has what is missing as it is elsewhere", () => {
    bringUp();
    const some = [1, 2, 3];
    expect([some.at(-1), some.at(0), some.at(3), some.at(-4), some.at(1.9)]).toEqual([3, 1, undefined, undefined, 2]);
    const { findLast } = Array.prototype as unknown as { findLast: (wanted: (one: number) => boolean) => number };
    expect(findLast.call(some, (one: number) => one < 3)).toBe(2);
    expect(findLast.call(some, () => false)).toBeUndefined();
    expect(Object.keys(Array.prototype)).toEqual([]);
  });
});

describe("margins in place of gaps", () => {
  const sheet = () => document.head.querySelector<HTMLLinkElement>("link[rel=stylesheet]");
  beforeEach(() => {
    document.documentElement.dataset.gapless = "/assets/gapless-1.css";
    document.head.append(document.createElement("style"));
  });
  afterEach(() => {
    delete document.documentElement.dataset.gapless;
    document.head.replaceChildren();
  });

  it("come before every other sheet where gaps are not kept", () => {
    vi.spyOn(Element.prototype, "scrollHeight", "get").mockReturnValue(0);
    bringUp();
    expect(sheet()?.getAttribute("href")).toBe("/assets/gapless-1.css");
    expect(document.head.firstElementChild).toBe(sheet());
  });

  it("are not loaded where they are", () => {
    vi.spyOn(Element.prototype, "scrollHeight", "get").mockReturnValue(1);
    bringUp();
    expect(sheet()).toBeNull();
  });
});
