/** The box to write a line in: it says who will get it, and keeps what could not be sent. */
import { useEffect, useId, useState } from "preact/hooks";
import { t } from "../i18n";
import type { RoomState } from "../room/state";
import { linesOf, placeOf } from "../room/talk";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { once, useSettled } from "../ui/once";
import { rest } from "../ui/typed";
import { type Ask, type SaidLine, say, sentWith } from "./api";
import { chatScope, draftOf, forgetEmpty, putAway, setDraft, type Target, targetOf } from "./drafts";

interface Props {
  state: RoomState;
  ask: Ask;
  targets: readonly Target[];
  sentenceOf: (error: unknown) => string;
}

const LONGEST = 2000;
const NEARLY = 1800;

export function Composer({ state, ask, targets, sentenceOf }: Props) {
  const id = useId();
  const place = placeOf(state);
  const scope = chatScope(state);
  // Kept with the draft, not in this box: a line begun for one person stays theirs when they leave or the panel closes.
  const draft = draftOf(scope);
  const target = targetOf(targets, draft);
  const shown = target === null || targets.some((one) => one.to === target.to) ? targets : [...targets, target];
  const { text } = draft;
  useEffect(() => () => forgetEmpty(scope), [scope.owner, scope.name]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const put = (line: SaidLine) => setDraft(scope, { text: rest(draftOf(scope).text, line.text) });
  const news = linesOf(state).filter((one) => one.author.participant_id === state.me).length;
  useSettled<SaidLine>(scope, sentWith(ask), { busy, news }, (line) => {
    if (putAway(scope, line, targetOf(targets, draftOf(scope))?.to)) setError(null);
  });
  const send = async () => {
    if (busy || !target || text.trim() === "") return;
    setBusy(true);
    setError(null);
    try {
      const line: SaidLine = { to: target.to, text, place };
      await once(scope, line, (key) => say(ask, line, key));
      put(line);
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  const key = (event: KeyboardEvent) => {
    // An input method uses Enter to choose a character; on a phone it is a new line.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (!matchMedia("(pointer: fine)").matches) return;
    event.preventDefault();
    void send();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div class="composer__to">
        <label for={`${id}-to`}>{t("chat.to")}</label>
        <select
          id={`${id}-to`}
          class="input composer__select"
          data-testid="chat-to"
          value={target?.to}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setDraft(scope, { target: shown.find((one) => one.to === value) ?? null });
          }}
        >
          {shown.map((one) => (
            <option key={one.to} value={one.to}>
              {one.word}
            </option>
          ))}
        </select>
      </div>
      <div class="composer__row">
        <textarea
          class="input composer__text"
          rows={2}
          maxLength={LONGEST}
          aria-label={t("chat.write")}
          placeholder={t("chat.write")}
          data-testid="chat-text"
          value={text}
          onInput={(event) => setDraft(scope, { text: event.currentTarget.value })}
          onKeyDown={key}
        />
        <Button look="primary" type="submit" testId="chat-send" aria-disabled={busy}>
          {t("chat.send")}
        </Button>
      </div>
      {text.length >= NEARLY && (
        <p class="meta" role="status">
          {t("chat.left", { count: LONGEST - text.length })}
        </p>
      )}
      <div role="alert">
        {error !== null && (
          <p class="error" data-testid="chat-error">
            <Icon name="alert" />
            <span>{sentenceOf(error)}</span>
          </p>
        )}
      </div>
    </form>
  );
}
