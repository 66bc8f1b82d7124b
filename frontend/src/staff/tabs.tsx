/** What lies on the mediator's right besides the agreement: one line here for each tab, in the order of a session. */
import type { ComponentType } from "preact";
import { unsettled } from "../exhibits/model";
import { t } from "../i18n";
import { unanswered } from "../offers/model";
import { ticketsOf } from "../room/talk";
import { unread } from "../talk/unread";
import { ChatTab } from "./ChatTab";
import { ExhibitsTab } from "./ExhibitsTab";
import { NotesTab } from "./NotesTab";
import { OffersTab } from "./OffersTab";
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
  {
    id: "exhibits",
    word: () => t("exhibit.tab"),
    count: ({ state }) => unsettled(state),
    View: ExhibitsTab,
  },
  {
    id: "offers",
    word: () => t("offer.tab"),
    count: ({ state }) => unanswered(state, Date.now() / 1000 + state.clockOffset),
    View: OffersTab,
  },
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
