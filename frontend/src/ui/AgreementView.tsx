import type { ComponentChildren } from "preact";
import type { DocumentNode } from "../api";

/** Draws the frozen text from its JSON. Only known nodes become elements and no attribute becomes an address or a
 * style, so that nothing in the text can act. */
export function AgreementView({ content, label }: { content: DocumentNode; label?: string }) {
  return (
    <article class="sheet prose" lang="zh-CN" aria-label={label} data-testid="agreement-text">
      {children(content)}
    </article>
  );
}

function children(node: DocumentNode): ComponentChildren {
  return (node.content ?? []).map((child, index) => <Node key={index} node={child} />);
}

function Node({ node }: { node: DocumentNode }) {
  switch (node.type) {
    case "text":
      return <Marked node={node} />;
    case "paragraph":
      return <p class={alignment(node)}>{children(node)}</p>;
    case "heading":
      return <Heading node={node} />;
    case "bulletList":
      return <ul>{children(node)}</ul>;
    case "orderedList":
      return <ol start={number(node, "start") ?? 1}>{children(node)}</ol>;
    case "listItem":
      return <li>{children(node)}</li>;
    case "blockquote":
      return <blockquote>{children(node)}</blockquote>;
    case "codeBlock":
      return <pre>{children(node)}</pre>;
    case "hardBreak":
      return <br />;
    case "horizontalRule":
      return <hr />;
    case "table":
      return (
        <table>
          <tbody>{children(node)}</tbody>
        </table>
      );
    case "tableRow":
      return <tr>{children(node)}</tr>;
    case "tableHeader":
      return (
        <th colSpan={number(node, "colspan") ?? 1} rowSpan={number(node, "rowspan") ?? 1}>
          {children(node)}
        </th>
      );
    case "tableCell":
      return (
        <td colSpan={number(node, "colspan") ?? 1} rowSpan={number(node, "rowspan") ?? 1}>
          {children(node)}
        </td>
      );
    default:
      // A node of a later version: its words must still be read before they are signed.
      return <div>{node.text ?? children(node)}</div>;
  }
}

function Heading({ node }: { node: DocumentNode }) {
  const level = number(node, "level") ?? 1;
  if (level === 1) return <h1>{children(node)}</h1>;
  if (level === 2) return <h2>{children(node)}</h2>;
  return <h3>{children(node)}</h3>;
}

function Marked({ node }: { node: DocumentNode }) {
  return (node.marks ?? []).reduce<ComponentChildren>((inner, mark) => {
    switch (mark.type) {
      case "bold":
        return <strong>{inner}</strong>;
      case "italic":
        return <em>{inner}</em>;
      case "underline":
        return <u>{inner}</u>;
      case "strike":
        return <s>{inner}</s>;
      case "code":
        return <code>{inner}</code>;
      default:
        return inner;
    }
  }, node.text ?? "") as never;
}

function number(node: DocumentNode, name: string): number | null {
  const value = node.attrs?.[name];
  return typeof value === "number" ? value : null;
}

function alignment(node: DocumentNode): string | undefined {
  return node.attrs?.textAlign === "center" ? "center" : undefined;
}
