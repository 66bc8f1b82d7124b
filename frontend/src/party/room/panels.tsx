/** What a party opens from "More" besides the agreement: one line here for each panel. */
import type { ComponentType } from "preact";
import { awaiting } from "../../exhibits/model";
import { t } from "../../i18n";
import { awaitingAnswer } from "../../offers/model";
import type { RoomClient } from "../../room/client";
import type { MediaSession } from "../../room/media";
import { myself, type RoomState } from "../../room/state";
import type { IconName } from "../../ui/Icon";
import type { Me } from "../api";
import type { Visit } from "../visit";
import { ExhibitsPanel } from "./ExhibitsPanel";
import { OffersPanel } from "./OffersPanel";

export interface PanelProps {
  client: RoomClient;
  media: MediaSession;
  visit: Visit;
  me: Me;
  state: RoomState;
  onClose: () => void;
}

export interface Panel {
  id: string;
  icon: IconName;
  word: () => string;
  /** What waits to be looked at there; 0: nothing. */
  count?: (state: RoomState) => number;
  View: ComponentType<PanelProps>;
}

export const PANELS: readonly Panel[] = [
  {
    id: "exhibits",
    icon: "folder",
    word: () => t("exhibit.panel"),
    count: (state) => awaiting(state, myself(state)?.side ?? ""),
    View: ExhibitsPanel,
  },
  {
    id: "offers",
    icon: "money",
    word: () => t("offer.panel"),
    count: (state) => awaitingAnswer(state, myself(state)?.side ?? "", Date.now() / 1000 + state.clockOffset),
    View: OffersPanel,
  },
];
