/** Words of the interface: one locale is loaded at a time, switched without reloading the page. */
import { signal } from "@preact/signals";
import type { Messages as EverybodysMessages } from "./zh-CN";
import type { OfficeMessages } from "./zh-CN.office";

export type Locale = "zh-CN" | "en";
type Messages = EverybodysMessages & OfficeMessages;
export type Key = keyof Messages;
/** Whose words: `office` is what only mediators, courts and the demonstration read. */
type Part = "everybody" | "office";
type Values = Record<string, string | number>;

const STORAGE_KEY = "locale";

const loaders: Record<Locale, Record<Part, () => Promise<{ default: Partial<Messages> }>>> = {
  "zh-CN": { everybody: () => import("./zh-CN"), office: () => import("./zh-CN.office") },
  en: { everybody: () => import("./en"), office: () => import("./en.office") },
};
const parts = new Set<Part>(["everybody"]);

export const locale = signal<Locale>("zh-CN");
const messages = signal<Partial<Messages> | null>(null);

function remembered(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null; // Storage is forbidden in some private windows: then the browser's language decides.
  }
}

function remember(choice: Locale): void {
  try {
    localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    return; // As above: the choice lasts as long as the page.
  }
}

function asLocale(value: string | null): Locale | null {
  if (!value) return null;
  if (/^zh/i.test(value)) return "zh-CN";
  return /^en/i.test(value) ? "en" : null;
}

/** `?lang=` first, then the choice made before, then the browser's language; Chinese if neither is known. */
export function preferredLocale(): Locale {
  const asked = new URLSearchParams(location.search).get("lang");
  return asLocale(asked) ?? asLocale(remembered()) ?? asLocale(navigator.language) ?? "zh-CN";
}

export async function loadLocale(choice: Locale): Promise<void> {
  const loaded = await Promise.all([...parts].map((part) => loaders[choice][part]()));
  messages.value = Object.assign({}, ...loaded.map((one) => one.default));
  locale.value = choice;
  document.documentElement.lang = choice;
}

/** The words of the office too, from now on; a page that needs them waits for this before it is shown. */
export async function loadOffice(): Promise<void> {
  if (parts.has("office")) return;
  parts.add("office");
  if (messages.value) await loadLocale(locale.value);
}

/** Switch and keep the choice for the next visit. */
export async function chooseLocale(choice: Locale): Promise<void> {
  remember(choice);
  await loadLocale(choice);
}

/** The sentence for `key` with `{name}` replaced by `values.name`. */
export function t(key: Key, values?: Values): string {
  const sentence = messages.value?.[key] ?? key;
  if (!values) return sentence;
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** Whether a sentence exists, for keys that are put together from a server's code. */
export function hasKey(key: string): key is Key {
  return messages.value !== null && key in messages.value;
}

/** Names in a row. */
export function listed(names: readonly string[]): string {
  return names.join(locale.value === "en" ? ", " : "、");
}

/** Picks the right one of a pair that the server sent in both languages. */
export function pick(zh: string, en: string): string {
  return locale.value === "en" ? en || zh : zh || en;
}
