import { t } from "../i18n";
import { apart } from "../room/caucus";
import { placeOf } from "../room/talk";
import { Chat } from "../talk/Chat";
import type { Target } from "../talk/drafts";
import { talkSentence } from "../talk/sentence";
import { sentenceOf } from "./api";
import { useAsk } from "./ask";
import { useTools } from "./tools";

/** Lines to everybody in the mediator's place, or to one person alone. */
export function ChatTab() {
  const { state } = useTools();
  const others = [...state.participants.values()].filter((one) => one.role !== "host" && one.presence !== "waiting");
  const targets: Target[] = [
    { to: "here", word: t(placeOf(state) ? "chat.toCaucus" : "chat.toEverybody") },
    ...others.map((one) => ({
      to: one.participant_id,
      word: t(apart(state, one) ? "chat.onlyToApart" : "chat.onlyTo", { name: one.display_name }),
    })),
  ];
  return (
    <Chat state={state} ask={useAsk()} targets={targets} sentenceOf={(error) => talkSentence(error, sentenceOf)} />
  );
}
