import { useMemo } from "preact/hooks";
import { t } from "../../i18n";
import { placeOf } from "../../room/talk";
import { Chat } from "../../talk/Chat";
import { partyAsk, partySentence } from "./ask";
import { PanelFrame } from "./Panel";
import type { PanelProps } from "./panels";

/** Lines to everybody here, or to the mediator alone. */
export function ChatPanel({ visit, me, state, onClose }: PanelProps) {
  const ask = useMemo(() => partyAsk(visit, me), [visit, me]);
  const targets = [
    { to: "here", word: t(placeOf(state) ? "chat.toCaucus" : "chat.toEverybody") },
    { to: "hosts", word: t("chat.toMediator") },
  ];
  return (
    <PanelFrame title={t("chat.title")} testId="chat-panel" onClose={onClose}>
      <Chat state={state} ask={ask} targets={targets} sentenceOf={partySentence} />
    </PanelFrame>
  );
}
