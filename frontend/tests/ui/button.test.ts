// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { expect, it, vi } from "vitest";
import { Button } from "../../src/ui/Button";

it("does its work once, however often it is pressed before the answer, and again after it", async () => {
  const answers: (() => void)[] = [];
  const work = vi.fn(() => new Promise<void>((done) => answers.push(done)));
  const root = document.body.appendChild(document.createElement("div"));
  await act(async () => render(h(Button, { work }), root));
  const button = root.querySelector("button");
  await act(async () => {
    button?.click(); // both before the next picture
    button?.click();
  });
  await act(async () => button?.click());
  expect(work).toHaveBeenCalledTimes(1);
  expect(button?.getAttribute("aria-disabled")).toBe("true");
  await act(async () => answers[0]?.());
  await vi.waitFor(() => expect(button?.getAttribute("aria-disabled")).not.toBe("true"));
  await act(async () => button?.click());
  expect(work).toHaveBeenCalledTimes(2);
  render(null, root);
});
