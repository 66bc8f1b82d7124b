// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { keepFocus } from "../../src/ui/keepFocus";
import { focusReturner } from "../../src/ui/returnFocus";

/** A document lays nothing out here: a control has a place on the screen unless something folded or hidden holds it. */
function hasPlace(element: Element): boolean {
  return element.isConnected && element.closest("[hidden]") === null;
}

HTMLElement.prototype.getClientRects = function rects(this: HTMLElement) {
  return (hasPlace(this) ? [{}] : []) as unknown as DOMRectList;
};
/** What had the keyboard and lost it, because it could not be used any more. */
const lost = new WeakSet<Element>();
const usable = (one: Element) => hasPlace(one) && !one.matches(":disabled");
const focus = HTMLElement.prototype.focus;
HTMLElement.prototype.focus = function take(this: HTMLElement, options?: FocusOptions) {
  // As in browsers: what is disabled or folded away takes none, though Chromium gives what is folded a place.
  const folded = this.closest("details:not([open])") !== null && this.closest("summary") === null;
  if (!usable(this) || folded) return;
  lost.delete(this);
  focus.call(this, options);
};
const active = (function getter(of: object): (() => unknown) | undefined {
  return Object.getOwnPropertyDescriptor(of, "activeElement")?.get ?? getter(Object.getPrototypeOf(of));
})(document);
Object.defineProperty(document, "activeElement", {
  /** Browsers take the keyboard from what cannot be used any more before the next picture, and do not give it back. */
  get() {
    const one = active?.call(document) as Element | null;
    if (one && !usable(one)) lost.add(one);
    return one && !lost.has(one) ? one : document.body;
  },
});

const at = (id: string) => document.getElementById(id) as HTMLElement;
const focused = () => (document.activeElement === document.body ? "nothing" : document.activeElement?.id);
const press = (key = "Enter") =>
  document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
const touch = () => document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
/** Something changes, and so much time passes. */
async function passing(milliseconds: number, change: () => void) {
  change();
  void document.activeElement;
  await vi.advanceTimersByTimeAsync(milliseconds);
}

const SOON = 150;
const PATIENCE = 1_700;

vi.useFakeTimers();
keepFocus();

beforeEach(async () => {
  document.body.innerHTML = `
    <div id="page">
      <main>
        <h1 id="heading">Case</h1>
        <section id="list">
          <button id="first">1</button>
          <button id="second">2</button>
          <button id="third">3</button>
        </section>
        <section id="form">
          <input id="name" />
          <button id="send">send</button>
          <button id="cancel">cancel</button>
        </section>
      </main>
    </div>`;
  await vi.advanceTimersByTimeAsync(10_000);
  press("Tab");
});

function on(id: string) {
  at(id).focus();
  press();
}

describe("the keyboard of whoever uses keys", () => {
  it("goes on to what stands now where a control was that is gone", async () => {
    on("second");
    await passing(SOON, () => at("second").remove());
    expect(focused()).toBe("third");
    on("third");
    await passing(SOON, () => at("third").remove());
    expect(focused(), "it was the last one").toBe("first");
  });

  it("goes on outside when nothing is left of what held the control: a panel is closed, or its list is empty", async () => {
    on("first");
    await passing(SOON, () => at("list").replaceChildren());
    expect(focused()).toBe("name");
    on("cancel");
    await passing(SOON, () => at("form").remove());
    expect(focused(), "another page is there, read from its heading").toBe("heading");
  });

  it("waits for the answer where a control is only disabled, and comes back to it", async () => {
    on("send");
    await passing(1_000, () => at("send").setAttribute("disabled", ""));
    expect(focused()).toBe("nothing");
    await passing(SOON, () => at("send").removeAttribute("disabled"));
    expect(focused()).toBe("send");
  });

  it("goes on from a control that stays disabled", async () => {
    on("send");
    await passing(PATIENCE, () => at("send").setAttribute("disabled", ""));
    expect(focused()).toBe("cancel");
  });

  it("comes back also to a field that waited, and to none that was left on purpose", async () => {
    on("name");
    await passing(SOON, () => at("name").setAttribute("disabled", ""));
    await passing(SOON, () => at("name").removeAttribute("disabled"));
    expect(focused()).toBe("name");
    await passing(SOON, () => at("name").blur());
    await passing(PATIENCE, () => at("list").append(document.createElement("p")));
    expect(focused()).toBe("nothing");
  });

  it("does not go where something is folded or hidden", async () => {
    at("second").insertAdjacentHTML(
      "afterend",
      `<details><summary>more</summary><button id="folded">x</button></details><button id="hid" hidden>y</button>`,
    );
    on("second");
    await passing(SOON, () => at("second").remove());
    expect(focused()).toBe("third");
  });

  it("goes on from a control that is hidden", async () => {
    on("second");
    await passing(SOON, () => at("second").setAttribute("hidden", ""));
    expect(focused()).toBe("third");
  });

  it("is left where somebody put it: whoever took the control away knew better", async () => {
    on("second");
    await passing(SOON, () => {
      at("second").remove();
      at("cancel").focus();
    });
    expect(focused()).toBe("cancel");
  });

  it("is in a dialog that opens, and back where it was opened when that closes, or beside it", async () => {
    on("second");
    const giveBack = focusReturner();
    await passing(SOON, () => {
      at("page").insertAdjacentHTML("beforeend", `<div role="dialog" id="box"><button id="yes">yes</button></div>`);
      at("yes").focus();
    });
    expect(focused()).toBe("yes");
    press();
    await passing(SOON, () => {
      at("box").remove();
      giveBack();
    });
    expect(focused()).toBe("second");
    await passing(SOON, () => at("second").remove());
    expect(focused(), "what was decided takes its button away when the server has answered").toBe("third");
  });

  it("goes on from what its surroundings were when the last key was pressed", async () => {
    on("second");
    at("list").insertAdjacentHTML("afterbegin", `<button id="newer">n</button><button id="new">m</button>`);
    press();
    await passing(SOON, () => at("second").remove());
    expect(focused()).toBe("third");
  });
});

describe("a finger", () => {
  it("needs no keyboard: nothing takes the focus, and no field brings up a phone's keys", async () => {
    on("second");
    touch();
    await passing(PATIENCE, () => at("second").remove());
    expect(focused()).toBe("nothing");
    at("cancel").focus();
    await passing(PATIENCE, () => at("cancel").remove());
    expect(focused(), "until a key is used").toBe("nothing");
    on("send");
    await passing(SOON, () => at("send").remove());
    expect(focused()).toBe("name");
  });
});
