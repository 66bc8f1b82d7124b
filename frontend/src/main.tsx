/** Entry: words, sprite, and the page that the address names. */
import "./styles/index.css";
import { render } from "preact";
import { loadLocale, preferredLocale } from "./i18n";
import { Router } from "./router";
import { keepFocus } from "./ui/keepFocus";

async function start(): Promise<void> {
  const root = document.getElementById("app");
  if (!root) throw new Error("the page has no #app");
  await loadLocale(preferredLocale());
  render(<Router />, root);
  keepFocus();
}

void start();
