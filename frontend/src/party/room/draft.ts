/** Binds the shared draft to the room: who may write is the room's word. */
import { useEffect, useMemo } from "preact/hooks";
import { SharedDocument, type Writer } from "../../room/document";
import { mayWrite, type RoomState } from "../../room/state";

/** Carets take the colours of the sides' seals. */
const COLORS: Record<string, string> = { applicant: "#1b6539", respondent: "#7d4700", mediator: "#1d4b8f" };

export function writerFor(name: string, side: string): Writer {
  return { name, color: COLORS[side] ?? "#454a53" };
}

export interface DraftOptions {
  documentId: string;
  state: RoomState;
  getToken: (renew: boolean) => Promise<string>;
  writer: Writer;
}

/** The shared document for as long as the caller is shown. */
export function useDraft({ documentId, state, getToken, writer }: DraftOptions): SharedDocument {
  const writable = mayWrite(state, documentId);
  const document = useMemo(
    () => new SharedDocument({ roomId: state.roomId, documentId, getToken, writer, writable }),
    [documentId],
  );
  useEffect(() => () => document.close(), [document]);
  useEffect(() => document.setWritable(writable), [document, writable]);
  return document;
}
