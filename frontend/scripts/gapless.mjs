/** Makes the sheet for browsers that know no gap between flexible boxes (before Chrome 84 and Safari 14.1): margins in
 * their place. It comes before all others, so that every margin of theirs still holds, and only those browsers load it
 * (`src/older.ts`), by the address that is written into the page here. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtSheets, rules, split } from "./sheets.mjs";

/** Pictures that may stand beside bare words, which are no box that could have a margin. */
const SIGNS = [".icon", ".seal", ".brand__mark"];
/** Boxes that hold a picture alone. */
const BARE = ".btn--icon>.icon{margin-right:0!important}";

const none = (gap) => gap.every((size) => /^0(px)?$/.test(size));

/** The names under which rules speak of the same box: its classes, each also without its `--variant`. */
function names(selector) {
  const box = selector.split(/[\s>+~]+/).pop() ?? "";
  const classes = box.match(/\.[\w-]+/g) ?? [];
  return [...new Set(classes.flatMap((one) => [one.replace(/--.*$/, ""), one]))];
}

/** How boxes lie in this rule, as far as it says so. */
function said(declarations) {
  const own = {};
  for (const [name, value] of declarations) {
    if (name === "display") own.display = value;
    if (name === "flex-direction" || name === "flex-flow") own.direction = value.startsWith("column") ? "top" : "left";
    if (name === "flex-wrap" || name === "flex-flow") own.wraps = /(^| )wrap/.test(value);
    if (name === "gap") own.gap = split(value, " ");
    if (name === "row-gap") own.gap = [value];
  }
  return own;
}

function margins(selector, { direction = "left", wraps = false, gap }, before) {
  const [between, across] = direction === "top" ? [gap[0], null] : [gap[1] ?? gap[0], gap[0]];
  const turned = before?.gap && (before.direction ?? "left") !== direction;
  const other = turned ? `margin-${direction === "top" ? "left" : "top"}:0;` : "";
  const lines = [`${selector}>*+*{${other}margin-${direction}:${between}}`];
  if (direction === "left" && !none(gap)) {
    lines.push(`${SIGNS.map((sign) => `${selector}>${sign}:only-child`).join()}{margin-right:${between}}`);
  }
  // Where a line ends nobody knows: each has half of it above and below.
  if (wraps && across) lines.push(`${selector}>*{margin-top:calc(${across}/2);margin-bottom:calc(${across}/2)}`);
  return lines.join("");
}

/** The margins for some sheets. */
export function gapless(sheets) {
  const known = new Map();
  const made = [];
  for (const { within, selectors, declarations } of sheets.flatMap((text) => rules(text))) {
    const own = said(declarations);
    if (Object.keys(own).length === 0) continue;
    for (const selector of selectors) {
      const sources = [...names(selector), selector];
      const before = Object.assign({}, ...sources.map((name) => known.get(name)));
      const now = { ...before, ...own };
      // What holds within a condition is not what holds without.
      if (within.length === 0) known.set(selector, { ...known.get(selector), ...own });
      if (!now.gap || !/flex/.test(now.display ?? "")) continue;
      if (none(now.gap) && none(before.gap ?? ["0"])) continue;
      if (!own.gap && !own.direction && own.wraps === undefined && !own.display) continue;
      const rule = margins(selector, now, before);
      made.push(within.reduceRight((inner, condition) => `${condition}{${inner}}`, rule));
    }
  }
  return [...made, BARE].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = fileURLToPath(new URL("../dist/", import.meta.url));
  const text = gapless(builtSheets(join(dist, "assets")).map(([, sheet]) => sheet));
  const name = `gapless-${createHash("sha256").update(text).digest("base64url").slice(0, 8)}.css`;
  writeFileSync(join(dist, "assets", name), text);
  const page = join(dist, "index.html");
  const html = readFileSync(page, "utf8").replace("<html ", `<html data-gapless="/assets/${name}" `);
  if (!html.includes(name)) throw new Error("the page has no <html> to write the sheet's address into");
  writeFileSync(page, html);
}
