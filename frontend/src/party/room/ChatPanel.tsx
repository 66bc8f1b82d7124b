import { useMemo } from "preact/hooks";
import { t } from "../../i18n";
import type { RoomState } from "../../room/state";
import { placeOf } from "../../room/talk";
import { Chat } from "../../talk/Chat";
import { unreadLines } from "../../talk/unread";
import { Icon } from "../../ui/Icon";
import { partyAsk, partySentence } from "./ask";
import { PanelFrame } from "./Panel";
import type { PanelProps } from "./panel";

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

/** The newest line that was not read yet, a press away from all of them. */
export function ChatNews({ state, onOpen }: { state: RoomState; onOpen: () => void }) {
  const news = unreadLines(state);
  const last = news[news.length - 1];
  return (
    <div class="chat-news" role="status">
      {last && (
        <button class="chat-news__button" type="button" data-testid="chat-news" onClick={onOpen}>
          <Icon name={last.class === "carried" ? "carry" : "msg"} />
          <span class="chat-news__text grow">
            {last.class === "carried"
              ? t("chat.newsCarried", { text: last.text })
              : t("chat.news", { name: last.author.name, text: last.text })}
          </span>
          <b class="badge badge--accent">
            {news.length}
            <span class="visually-hidden">{t("common.new")}</span>
          </b>
        </button>
      )}
    </div>
  );
}
