import { useState } from "preact/hooks";
import type { RoomState } from "../room/state";
import { type Exhibit, type Presentation, presentationOf } from "./model";

interface Looked {
  /** Given when it is on everybody's screen here. */
  shown: Presentation | null;
  /** The page that is looked at: everybody's while it is shown, else one's own. */
  page: number;
  /** Look at another page alone. */
  look: (page: number) => void;
}

export function usePage(exhibit: Exhibit, state: RoomState): Looked {
  const presented = presentationOf(state);
  const shown = presented?.exhibit.exhibit_id === exhibit.exhibit_id ? presented.shown : null;
  const [looking, look] = useState(1);
  return { shown, page: shown?.page ?? looking, look };
}
