/** How somebody puts their name to a text, as it is kept while they do it and as it is sent. */
import { ApiError, type SigningMode } from "../api";
import type { Handwriting, Strokes } from "./SignaturePad";

export interface OwnName {
  mode: SigningMode;
  strokes: Strokes;
  typed: string;
}

export type SentName = { mode: "drawn"; picture: string } | { mode: "typed"; name: string };

export const NO_NAME: OwnName = { mode: "drawn", strokes: [], typed: "" };

export function isPut({ mode, strokes, typed }: OwnName): boolean {
  return mode === "drawn" ? strokes.length > 0 : typed.trim() !== "";
}

/** What goes to the server; null: the pad is not there yet. Whether the name is the right one is for the server to say. */
export function sentName({ mode, typed }: OwnName, pad: Handwriting | null): SentName | null {
  if (mode === "typed") return { mode, name: typed };
  return pad && { mode, picture: pad.png() };
}

/** Whether a refusal is about the name that was typed, and belongs beside it. */
export function isOfName(error: unknown): boolean {
  return error instanceof ApiError && ["name_missing", "name_differs", "text_invalid"].includes(error.code);
}
