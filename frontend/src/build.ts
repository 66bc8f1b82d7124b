/** Whether the service hands out another build than this page is of: after an upgrade an old page asks what is not
 * understood any more. It is said quietly; a page on which nothing can be lost is loaded anew by itself. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { read, write } from "./ui/storage";
import { nothingBegun } from "./ui/unsent";

const HEADER = "Frontend-Build";
/** For which builds this tab was loaded anew already: never twice for the same one, also where two take turns. */
const TRIED = "loaded-for";
const BETWEEN_MS = 5_000;
const session = () => sessionStorage;

/** The name of this page's first script; null: it is not of a build. */
let own: string | null = null;
let asked = 0;

/** The build that is handed out instead of this page's; null: it is the same, as far as is known. */
export const newerBuild = signal<string | null>(null);

/** What an answer of the server says of it. */
export function heardOfBuild(headers: Headers): void {
  const build = headers.get(HEADER);
  if (own !== null && build) newerBuild.value = build === own ? null : build;
}

/** Ask, in a moment in which it may have changed. */
export async function askForBuild(): Promise<void> {
  if (own === null || Date.now() - asked < BETWEEN_MS) return;
  try {
    heardOfBuild((await fetch("/api/build", { cache: "no-store" })).headers);
    asked = Date.now();
  } catch {
    return; // No network: it is asked again when there is one.
  }
}

/** @param script the address of the page's first script */
export function watchBuild(script: string | undefined): void {
  own = /\/assets\/([\w.-]+\.js)$/.exec(script ?? "")?.[1] ?? null;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void askForBuild();
  });
  // A part of the page that is loaded late is not there any more.
  window.addEventListener("vite:preloadError", () => void askForBuild());
}

/** A service that was upgraded has started anew: whoever is back in the room asks. */
export function useBuildOf(phase: string): void {
  const opened = useRef(false);
  useEffect(() => {
    if (phase !== "open" && phase !== "ended") return;
    if (opened.current) void askForBuild();
    opened.current = true;
  }, [phase]);
}

/** On a page where nothing is lost: it is loaded anew once for each newer build, unless something was begun. */
export function useRenewal(reload: () => void = () => location.reload()): void {
  const build = newerBuild.value;
  useEffect(() => {
    if (build !== null && mayRenew(build)) reload();
  }, [build]);
}

/** Whether the page may be loaded anew by itself; it is remembered that it was. */
export function mayRenew(build: string): boolean {
  if (!nothingBegun() || document.querySelector("[role=dialog]") !== null) return false;
  const tried = (read(session, TRIED) ?? "").split(" ");
  if (tried.includes(build)) return false;
  const all = [...tried, build].join(" ").trim();
  write(session, TRIED, all);
  return read(session, TRIED) === all; // Where nothing can be remembered it would never end.
}
