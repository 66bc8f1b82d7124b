/** The shared draft on the screen: everybody sees every letter and every caret; some may write. */
import { Editor as Tiptap } from "@tiptap/core";
import Collaboration from "@tiptap/extension-collaboration";
import CollaborationCaret from "@tiptap/extension-collaboration-caret";
import { useEffect, useRef, useState } from "preact/hooks";
import { locale, t } from "../i18n";
import type { DocumentCopy, SharedDocument, Writer } from "../room/document";
import { Button } from "./Button";
import { useStore } from "./hooks";
import { Icon, type IconName } from "./Icon";
import { draftExtensions } from "./schema";

export interface EditorProps {
  document: SharedDocument;
  writer: Writer;
  /** What the room says; the server enforces it. */
  writable: boolean;
  frozen?: boolean;
  /** Called with the editor whenever a new one is bound (for commands from outside), and with null when it is gone. */
  onEditor?: (editor: Tiptap | null) => void;
}

/** A caret with its owner's name. Built through the object model: the content policy forbids style attributes. */
function caret(user: Record<string, unknown>): HTMLElement {
  const mark = document.createElement("span");
  mark.className = "co-caret";
  mark.style.setProperty("--co-color", String(user.color ?? ""));
  const label = document.createElement("span");
  label.className = "co-caret__name";
  label.textContent = String(user.name ?? "");
  mark.append(label);
  return mark;
}

/** A name at the right edge of the page opens to the left, so that it is never cut. */
function keepNamesInside(holder: HTMLElement): void {
  const edge = holder.getBoundingClientRect().right;
  for (const mark of holder.querySelectorAll<HTMLElement>(".co-caret")) {
    const name = mark.querySelector<HTMLElement>(".co-caret__name");
    if (!name) continue;
    const wide = mark.getBoundingClientRect().left + name.offsetWidth > edge;
    mark.classList.toggle("co-caret--left", wide);
  }
}

function bind(element: HTMLElement, copy: DocumentCopy, writer: Writer, editable: boolean): Tiptap {
  let bound: Tiptap | null = null;
  const made = new Tiptap({
    element,
    editable,
    injectCSS: false,
    extensions: [
      ...draftExtensions(),
      Collaboration.configure({ document: copy.doc }),
      CollaborationCaret.configure({
        provider: { awareness: copy.awareness },
        user: { ...writer },
        render: caret,
        selectionRender: () => ({ nodeName: "span", class: "co-selection" }),
      }),
    ],
    editorProps: {
      // A field to write in, or a text to read: the keyboard reaches (and scrolls) both.
      attributes: (): Record<string, string> => ({
        class: "sheet prose draft__text",
        "aria-label": t("editor.label"),
        ...(bound?.isEditable ? { role: "textbox", "aria-multiline": "true" } : { role: "document", tabindex: "0" }),
      }),
    },
  });
  bound = made;
  return made;
}

export default function Editor({ document: shared, writer, writable, frozen = false, onEditor }: EditorProps) {
  const { copy, phase, stoppedBy } = useStore(shared.state);
  const holder = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<Tiptap | null>(null);
  const editable = writable && !frozen && phase === "synced";

  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const bound = bind(element, copy, writer, false);
    let frame = 0;
    const settle = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => keepNamesInside(element));
    };
    bound.on("transaction", settle);
    window.addEventListener("resize", settle);
    setEditor(bound);
    onEditor?.(bound);
    return () => {
      onEditor?.(null);
      cancelAnimationFrame(frame);
      window.removeEventListener("resize", settle);
      bound.destroy();
    };
  }, [copy]);

  useEffect(() => {
    editor?.setEditable(editable, false); // also names it anew, in the language of now
  }, [editor, editable, locale.value]);

  return (
    <section
      class="draft"
      data-testid="draft-editor"
      data-phase={phase}
      data-writable={editable ? "true" : "false"}
      data-theme-light
    >
      <p class="draft__state" role="status">
        <Icon name={stateIcon(phase, editable)} />
        {stateWord(phase, editable, frozen)}
        {phase === "stopped" && stoppedBy !== "frozen" && (
          <Button dense icon="replay" onClick={() => shared.reopen()}>
            {t("common.again")}
          </Button>
        )}
      </p>
      {editable && editor && <Tools editor={editor} />}
      {/* What the law calls an agreement is written in Chinese, whatever language the page has. */}
      <div class="draft__holder" lang="zh-CN" ref={holder} />
    </section>
  );
}

function stateIcon(phase: string, editable: boolean): IconName {
  if (phase !== "synced") return "replay";
  return editable ? "pen" : "eye";
}

function stateWord(phase: string, editable: boolean, frozen: boolean): string {
  if (frozen) return t("editor.frozen");
  if (phase === "connecting") return t("editor.connecting");
  if (phase !== "synced") return t("editor.offline");
  return t(editable ? "editor.writable" : "editor.readOnly");
}

interface Tool {
  icon: IconName;
  word: string;
  run: (editor: Tiptap) => void;
  active?: (editor: Tiptap) => boolean;
}

const tools = (): Tool[] => [
  {
    icon: "bold",
    word: t("editor.bold"),
    run: (editor) => editor.chain().focus().toggleBold().run(),
    active: (editor) => editor.isActive("bold"),
  },
  {
    icon: "heading",
    word: t("editor.heading"),
    run: (editor) => editor.chain().focus().toggleHeading({ level: 2 }).run(),
    active: (editor) => editor.isActive("heading"),
  },
  {
    icon: "olist",
    word: t("editor.list"),
    run: (editor) => editor.chain().focus().toggleOrderedList().run(),
    active: (editor) => editor.isActive("orderedList"),
  },
  { icon: "undo", word: t("editor.undo"), run: (editor) => editor.chain().focus().undo().run() },
  { icon: "redo", word: t("editor.redo"), run: (editor) => editor.chain().focus().redo().run() },
];

function Tools({ editor }: { editor: Tiptap }) {
  const [, again] = useState(0);
  useEffect(() => {
    const show = () => again((count) => count + 1);
    editor.on("selectionUpdate", show);
    editor.on("update", show);
    return () => {
      editor.off("selectionUpdate", show);
      editor.off("update", show);
    };
  }, [editor]);
  return (
    <div class="draft__tools" role="toolbar" aria-label={t("editor.label")}>
      {tools().map((tool) => (
        <button
          key={tool.icon}
          type="button"
          class="draft__tool"
          aria-label={tool.word}
          title={tool.word}
          aria-pressed={tool.active ? tool.active(editor) : undefined}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => tool.run(editor)}
        >
          <Icon name={tool.icon} />
        </button>
      ))}
    </div>
  );
}
