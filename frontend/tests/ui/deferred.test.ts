// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { expect, it, vi } from "vitest";
import { loadLocale } from "../../src/i18n";
import { deferred } from "../../src/ui/Deferred";

it("has a way to try again when a part of the page could not be got", async () => {
  await loadLocale("en");
  const root = document.body.appendChild(document.createElement("div"));
  const reload = vi.spyOn(location, "reload").mockReturnValue(undefined);
  const Room = deferred(async () => {
    throw new TypeError("no network");
  });
  await act(async () => render(h(Room, {}), root));
  await vi.waitFor(() => expect(root.textContent).toContain("Please try again"));
  root.querySelector<HTMLElement>("[data-testid=load-again]")?.click();
  expect(reload).toHaveBeenCalledOnce();
});
