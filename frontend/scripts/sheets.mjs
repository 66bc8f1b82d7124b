/** The built style sheets, rule by rule: as browsers get them, after the build has put newer words into older ones. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Splits at a sign that stands in no brackets and no quotes. */
export function split(text, sign) {
  const parts = [""];
  let depth = 0;
  let quote = "";
  for (const letter of text) {
    if (quote) quote = letter === quote ? "" : quote;
    else if (letter === '"' || letter === "'") quote = letter;
    else if ("([{".includes(letter)) depth += 1;
    else if (")]}".includes(letter)) depth -= 1;
    else if (letter === sign && depth === 0) {
      parts.push("");
      continue;
    }
    parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** Where the block that opens at `open` is closed. */
function closing(text, open) {
  let depth = 0;
  let quote = "";
  for (let at = open; at < text.length; at++) {
    const letter = text[at];
    if (quote) quote = letter === quote ? "" : quote;
    else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === "{") depth += 1;
    else if (letter === "}" && --depth === 0) return at;
  }
  throw new Error("a block is not closed");
}

/** Rules in their order: `within` what conditions, of which `selectors`, with which `declarations` (name and value). */
export function rules(text, within = []) {
  const found = [];
  let at = 0;
  for (let open = text.indexOf("{", at); open >= 0; open = text.indexOf("{", at)) {
    const head = text.slice(text.lastIndexOf(";", open) < at ? at : text.lastIndexOf(";", open) + 1, open).trim();
    const end = closing(text, open);
    const body = text.slice(open + 1, end);
    at = end + 1;
    if (/^@(media|supports|container|layer)\b/.test(head)) found.push(...rules(body, [...within, head]));
    else if (!head.startsWith("@")) {
      const declarations = split(body, ";").map((one) => {
        const colon = one.indexOf(":");
        return [one.slice(0, colon).trim(), one.slice(colon + 1).trim()];
      });
      found.push({ within, selectors: split(head, ","), declarations });
    }
  }
  return found;
}

/** The built sheets of a folder by name. What is made from them is none of them. */
export function builtSheets(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".css") && !name.startsWith("gapless-"));
  // What everybody gets comes first, as in a page.
  names.sort((one, other) => Number(other.startsWith("index-")) - Number(one.startsWith("index-")));
  return names.map((name) => [name, readFileSync(join(folder, name), "utf8")]);
}
