import type { ComponentChildren } from "preact";
import { type Block, blocks } from "./blocks";

/** Notices are plain: headings, paragraphs, lists, tables and bold. Anything else is shown as it is written, never as HTML. */
export function Markdown({ text }: { text: string }) {
  return <div class="markdown">{blocks(text).map(draw)}</div>;
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
    case "table":
      return <Table key={index} {...block} />;
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

/** A phone has no room for columns: each row is a list of its own, under the words of its first cell. */
function Table({ head, rows }: Extract<Block, { kind: "table" }>) {
  return (
    <ul class="markdown__rows">
      {rows.map(([first, ...cells]) => (
        <li key={first}>
          <b>{inline(first ?? "")}</b>
          <dl>
            {cells.map((cell, index) => (
              <div key={head[index + 1]}>
                <dt>{inline(head[index + 1] ?? "")}</dt>
                <dd>{inline(cell)}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}

function inline(text: string): ComponentChildren[] {
  return text.split(/\*\*(.+?)\*\*/).map((part, index) => (index % 2 === 1 ? <b key={part}>{part}</b> : part));
}
