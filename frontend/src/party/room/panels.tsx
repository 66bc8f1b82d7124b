/** What a party opens from "More" besides the agreement: one line here for each panel. */
import type { ComponentType } from "preact";
import { t } from "../../i18n";
import type { RoomClient } from "../../room/client";
import type { MediaSession } from "../../room/media";
import type { RoomState } from "../../room/state";
import type { IconName } from "../../ui/Icon";
import type { Me } from "../api";
import type { Visit } from "../visit";
import { ConsentsPanel } from "./ConsentsPanel";
import { openQuestions, RollPanel } from "./RollPanel";

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
  { id: "roll", icon: "user", word: () => t("roll.panel"), count: openQuestions, View: RollPanel },
  { id: "consents", icon: "list", word: () => t("consentPanel.panel"), View: ConsentsPanel },
];
