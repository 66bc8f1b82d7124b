/** Entry: words, sprite, and the page that the address names. */
import "./styles/index.css";
import { render } from "preact";
import { watchBuild } from "./build";
import { loadLocale, preferredLocale } from "./i18n";
import { bringUp } from "./older";
import { Router } from "./router";
import { keepFocus } from "./ui/keepFocus";

async function start(): Promise<void> {
  bringUp();
  const root = document.getElementById("app");
  if (!root) throw new Error("the page has no #app");
  await loadLocale(preferredLocale());
  watchBuild(document.querySelector<HTMLScriptElement>("script[type=module][src]")?.src);
  render(<Router />, root);
  keepFocus();
}

void start();
