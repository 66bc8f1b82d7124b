/** The chat of a person: every line that they have, and a box to write one. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { shortTime } from "../i18n/time";
import type { RoomState } from "../room/state";
import { type ChatLine, type LineClass, linesOf, placeOf } from "../room/talk";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { scrollable } from "../ui/hooks";
import { Icon, type IconName } from "../ui/Icon";
import { Seal } from "../ui/Seal";
import { type Ask, allLines } from "./api";
import { Composer } from "./Composer";
import type { Target } from "./drafts";
import { askedHere, filed, linesHere, type Older } from "./older";
import { markSeen } from "./unread";

interface Props {
  state: RoomState;
  ask: Ask;
  targets: readonly Target[];
  sentenceOf: (error: unknown) => string;
}

const ICONS: Record<LineClass, IconName | null> = { joint: null, private: "eye", caucus: "lock", carried: "carry" };
/** The server keeps at most so many lines of a conversation on live screens, or so many characters less a line. */
const SHOWN_LINES = 100;
const SHOWN_CHARACTERS = 18_000;
const NEAR_PX = 80;

export function Chat({ state, ask, targets, sentenceOf }: Props) {
  const [older, setOlder] = useState<Older>({});
  const [error, setError] = useState<unknown>(null);
  const place = placeOf(state);
  useEffect(() => setError(null), [place]);
  const more = async () => {
    setError(null);
    try {
      const answer = await allLines(ask);
      setOlder((before) => filed(before, answer));
    } catch (cause) {
      setError(cause);
    }
  };
  return (
    <div class="chat" data-testid="chat">
      <Log lines={linesHere(state, older)} me={state.me}>
        {!askedHere(state, older) && mayBeMore(linesOf(state)) && (
          <li class="chat__more">
            <Button dense icon="replay" onClick={() => void more()}>
              {t("chat.older")}
            </Button>
            {error !== null && (
              <p class="error" role="alert">
                {sentenceOf(error)}
              </p>
            )}
          </li>
        )}
      </Log>
      <Composer state={state} ask={ask} targets={targets} sentenceOf={sentenceOf} />
    </div>
  );
}

function mayBeMore(live: readonly ChatLine[]): boolean {
  const characters = live.reduce((sum, line) => sum + line.text.length, 0);
  return live.length >= SHOWN_LINES || characters >= SHOWN_CHARACTERS;
}

function Log({ lines, me, children }: { lines: ChatLine[]; me: string; children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  const near = useRef(true);
  const last = lines[lines.length - 1]?.line_id;
  useEffect(() => {
    markSeen(lines);
    if (near.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [last, lines.length]);
  const follow = (event: Event) => {
    const list = event.currentTarget as HTMLElement;
    near.current = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX;
  };
  return (
    <div
      class="chat__log"
      role="log"
      aria-live="polite"
      aria-label={t("chat.title")}
      data-testid="chat-log"
      {...scrollable}
      onScroll={follow}
      ref={box}
    >
      {lines.length === 0 && <Empty icon="msg" words={t("chat.empty")} hint={t("chat.emptyHint")} />}
      <ul class="chat__lines">
        {children}
        {lines.map((line) => (
          <Line key={line.line_id} line={line} me={me} />
        ))}
      </ul>
    </div>
  );
}

function Line({ line, me }: { line: ChatLine; me: string }) {
  const mine = line.author.participant_id === me;
  const icon = ICONS[line.class];
  return (
    <li class="line" data-testid="chat-line" data-class={line.class} data-mine={mine ? "" : undefined}>
      <p class="line__head">
        <Seal side={line.author.role === "observer" ? "observer" : line.author.side} />
        <b>{mine ? t("common.you") : line.author.name}</b>
        <span class="line__time clock">{shortTime(line.at * 1000)}</span>
      </p>
      {icon && (
        <p class="line__class">
          <Icon name={icon} />
          {classWords(line, me)}
        </p>
      )}
      <p class="line__text">{line.text}</p>
    </li>
  );
}

/** Who has a line besides the joint session, in words. */
function classWords(line: ChatLine, me: string): string {
  if (line.class === "private") {
    if (line.to) return line.to.participant_id === me ? t("chat.toYou") : t("chat.toOne", { name: line.to.name });
    return t("chat.toHosts");
  }
  return t(line.class === "caucus" ? "chat.inCaucus" : "chat.carried");
}
