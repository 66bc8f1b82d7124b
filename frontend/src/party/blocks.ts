/** A notice's Markdown as blocks: headings, paragraphs, lists and tables, which is all that notices use. */

export type Block =
  | { kind: "heading"; level: number; text: string }
  | { kind: "paragraph"; lines: string[] }
  | { kind: "ordered" | "bullets"; items: string[] }
  | { kind: "table"; head: string[]; rows: string[][] };

const HEADING = /^(#{1,4})\s+(.*)$/;
const ORDERED = /^\d+[.、)]\s*(.*)$/;
const BULLET = /^[-*]\s+(.*)$/;
const ROW = /^\|(.+)\|$/;
/** The line between a table's head and its rows. */
const RULE = /^[|:\s-]+$/;

export function blocks(text: string): Block[] {
  const found: Block[] = [];
  let open: Block | null = null;
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === "") {
      open = null;
      continue;
    }
    const next = read(line, open);
    if (next !== open) found.push(next);
    open = next.kind === "heading" ? null : next;
  }
  return found;
}

function read(line: string, open: Block | null): Block {
  const heading = HEADING.exec(line);
  if (heading) return { kind: "heading", level: heading[1]?.length ?? 1, text: heading[2] ?? "" };
  const ordered = ORDERED.exec(line);
  if (ordered) return withItem("ordered", ordered[1] ?? "", open);
  const bullet = BULLET.exec(line);
  if (bullet) return withItem("bullets", bullet[1] ?? "", open);
  const row = ROW.exec(line);
  if (row) return withRow(line, cells(row[1] ?? ""), open);
  if (open?.kind === "paragraph") {
    open.lines.push(line);
    return open;
  }
  return { kind: "paragraph", lines: [line] };
}

function withItem(kind: "ordered" | "bullets", item: string, open: Block | null): Block {
  if (open?.kind === kind) {
    open.items.push(item);
    return open;
  }
  return { kind, items: [item] };
}

function cells(row: string): string[] {
  return row.split("|").map((cell) => cell.trim());
}

function withRow(line: string, row: string[], open: Block | null): Block {
  if (open?.kind !== "table") return { kind: "table", head: row, rows: [] };
  if (!RULE.test(line)) open.rows.push(row);
  return open;
}
