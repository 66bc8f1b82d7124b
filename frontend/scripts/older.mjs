/** Fails when the built style sheets say something that the oldest browsers we build for do not read (Chrome 80, Safari
 * 13: old Android phones, iPhones of 2020), with nothing in its place. The build lowers some newer words and not others:
 * a shorthand with a variable in it stays as it is. Gaps between flexible boxes: `gapless.mjs`. */
import { fileURLToPath } from "node:url";
import { builtSheets, rules } from "./sheets.mjs";

/** Newer names, with what to write instead. */
const NAMES = [
  [/^(padding|margin|border)-(inline|block)$/, "the sides by name"],
  [/^inset(-.*)?$/, "top, right, bottom and left"],
  [/^aspect-ratio$/, "it within @supports (aspect-ratio: 1), and a size without it"],
  [/^(translate|rotate|scale)$/, "transform"],
  [/^(container|container-type|container-name)$/, "a size that does without, and the name in PLAIN"],
];
const VALUES = [
  [/\d[dsl]v[hwib]\b/, "100vh, and this within @supports"],
  [/color-mix\(|oklch\(|oklab\(|light-dark\(|(?<![\w-])lab\(|(?<![\w-])lch\(/, "a colour in tokens.css"],
  [/^clip$/, "hidden"],
];
const SELECTORS = [
  [/:where\(/, "the selectors one by one"],
  [/:is\(/, "the selectors one by one"],
  [/:has\(/, "an attribute that the page sets"],
  [/&/, "the selector in full"],
];
/** Rules without which a screen is as usable: what they say is an extra. */
const PLAIN = [
  /^\.people:has\(/, // the console's column leaves room for what is stuck to its foot when the keyboard moves in it
  /^\.stage__tiles \.tile:has\(\.pill\+\.pill\)/, // two marks on a picture of the console on a phone
  /^\.signing__panel$/, // the console's table of signers leaves out columns where it is narrow, else it scrolls
];

const excused = (selector) => PLAIN.some((one) => one.test(selector));

/** What old browsers do not read in one sheet. */
export function newer(text) {
  const found = [];
  const all = rules(text);
  const whole = new Set(all.flatMap(({ selectors }) => selectors));
  for (const { within, selectors, declarations } of all) {
    const asked = within.some((one) => /^@(supports|container)/.test(one));
    for (const selector of selectors) {
      for (const [pattern, instead] of SELECTORS) {
        if (!pattern.test(selector)) continue;
        if (excused(selector) && selectors.length === 1) continue; // in a list it would take the others with it
        if (selector.includes(":is(") && whole.has(selector.replace(/:is\(/g, ":-webkit-any("))) continue;
        found.push(`${selector}: write ${instead}`);
      }
    }
    if (asked || selectors.every(excused)) continue;
    for (const [name, value] of declarations) {
      const wrong = [
        ...NAMES.filter(([pattern]) => pattern.test(name)),
        ...VALUES.filter(([pattern]) => pattern.test(value)),
      ];
      for (const [, instead] of wrong) found.push(`${selectors.join()} { ${name}: ${value} }: write ${instead}`);
    }
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = builtSheets(fileURLToPath(new URL("../dist/assets/", import.meta.url))).flatMap(([name, text]) =>
    newer(text).map((one) => `${name}: ${one}`),
  );
  process.stdout.write(found.length > 0 ? `${found.join("\n")}\n` : "older browsers: fine\n");
  process.exitCode = found.length > 0 ? 1 : 0;
}
