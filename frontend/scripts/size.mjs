/** Fails when the built pages are heavier than an old phone on a slow network can carry. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const KILOBYTE = 1000;
/** What each step of a party's way may weigh, in kB of gzipped JavaScript (DESIGN: 60 before the room, 350 in all). */
const LIMITS = { "before the room": 60, "with the room": 350 };

const manifest = JSON.parse(readFileSync(join(DIST, ".vite/manifest.json"), "utf8"));

function closure(keys, seen = new Set()) {
  for (const key of keys) {
    if (seen.has(key)) continue;
    if (!manifest[key]) throw new Error(`the build has no ${key}`);
    seen.add(key);
    closure(manifest[key].imports ?? [], seen);
  }
  return seen;
}

/** What these pages may load later too. The entry's own later loads are other roles' pages and the other language. */
function everything(keys, seen = new Set()) {
  for (const key of keys) {
    if (seen.has(key)) continue;
    seen.add(key);
    const later = manifest[key].isEntry ? [] : (manifest[key].dynamicImports ?? []);
    everything([...(manifest[key].imports ?? []), ...later], seen);
  }
  return seen;
}

function weigh(keys) {
  let bytes = 0;
  for (const key of keys) {
    const file = manifest[key].file;
    if (file.endsWith(".js")) bytes += gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length;
  }
  return bytes / KILOBYTE;
}

const shell = closure(["index.html", "src/party/Page.tsx", "src/i18n/zh-CN.ts"]);
const room = new Set([...shell, ...everything(["src/party/Page.tsx"])]);
const weights = { "before the room": weigh(shell), "with the room": weigh(room) };

let tooHeavy = false;
for (const [step, limit] of Object.entries(LIMITS)) {
  const weight = weights[step];
  tooHeavy ||= weight > limit;
  process.stdout.write(`${step.padEnd(18)} ${weight.toFixed(1).padStart(6)} kB gz of ${limit}\n`);
}
const html = readFileSync(join(DIST, "index.html"), "utf8");
if (/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/.test(html)) {
  process.stderr.write("dist/index.html has inline script or style, which the content policy forbids\n");
  tooHeavy = true;
}
process.exit(tooHeavy ? 1 : 0);
