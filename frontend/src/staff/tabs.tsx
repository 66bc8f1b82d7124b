/** What lies on the mediator's right besides the agreement: one line here for each tab, in the order of a session. */
import type { ComponentType } from "preact";
import { t } from "../i18n";
import { ticketsOf } from "../room/talk";
import { unread } from "../talk/unread";
import { ChatTab } from "./ChatTab";
import { NotesTab } from "./NotesTab";
import { openPoints, RollTab } from "./RollTab";
import { TicketsTab } from "./TicketsTab";
import type { ConsoleTools } from "./tools";

export interface ConsoleTab {
  id: string;
  word: () => string;
  /** What waits to be looked at there; 0: nothing. */
  count?: (tools: ConsoleTools) => number;
  View: ComponentType;
}

/** Before and after the tab of the agreement. */
export const TABS_BEFORE: readonly ConsoleTab[] = [
  { id: "roll", word: () => t("staff.roll.tab"), count: openPoints, View: RollTab },
];
export const TABS_AFTER: readonly ConsoleTab[] = [
  { id: "chat", word: () => t("chat.title"), count: ({ state }) => unread(state), View: ChatTab },
  {
    id: "tickets",
    word: () => t("ticket.tab"),
    // A yes that was not delivered yet is what waits for the mediator.
    count: ({ state }) => ticketsOf(state).filter((one) => one.state === "agreed").length,
    View: TicketsTab,
  },
  { id: "notes", word: () => t("note.tab"), View: NotesTab },
];
