import type { ComponentChildren } from "preact";

/** Notices are plain: headings, paragraphs, lists and bold. Anything else is shown as it is written, never as HTML. */
export function Markdown({ text }: { text: string }) {
  return <div class="markdown">{blocks(text).map(draw)}</div>;
}

type Block =
  | { kind: "heading"; level: number; text: string }
  | { kind: "paragraph"; lines: string[] }
  | { kind: "ordered" | "bullets"; items: string[] };

const HEADING = /^(#{1,4})\s+(.*)$/;
const ORDERED = /^\d+[.、)]\s*(.*)$/;
const BULLET = /^[-*]\s+(.*)$/;

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

function draw(block: Block, index: number): ComponentChildren {
  switch (block.kind) {
    case "heading":
      return block.level === 1 ? <h2 key={index}>{block.text}</h2> : <h3 key={index}>{inline(block.text)}</h3>;
    case "paragraph":
      return (
        <p key={index}>
          {block.lines.flatMap((line, row) => (row === 0 ? inline(line) : [<br key={line} />, inline(line)]))}
        </p>
      );
    case "ordered":
      return (
        <ol key={index}>
          {block.items.map((item) => (
            <li key={item}>{inline(item)}</li>
          ))}
        </ol>
      );
    case "bullets":
      return (
        <ul key={index}>
          {block.items.map((item) => (
            <li key={item}>{inline(item)}</li>
          ))}
        </ul>
      );
  }
}

function inline(text: string): ComponentChildren[] {
  return text.split(/\*\*(.+?)\*\*/).map((part, index) => (index % 2 === 1 ? <b key={part}>{part}</b> : part));
}
