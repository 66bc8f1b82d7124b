/** What a draft may consist of. The server derives the frozen text from the same nodes: keep both in step, for a
 * node that is unknown here would be taken out of the shared document. */
import type { Extensions } from "@tiptap/core";
import { TableKit } from "@tiptap/extension-table";
import StarterKit from "@tiptap/starter-kit";

export function draftExtensions(): Extensions {
  return [
    StarterKit.configure({
      undoRedo: false, // Collaboration brings one that undoes only one's own edits.
      trailingNode: false, // It would write into the document of people who may only read.
      link: false,
    }),
    TableKit.configure({ table: { resizable: false } }),
  ];
}
