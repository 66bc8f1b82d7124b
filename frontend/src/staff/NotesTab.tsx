import { useEffect, useId } from "preact/hooks";
import { t } from "../i18n";
import { shortTime } from "../i18n/time";
import { myCaucus } from "../room/caucus";
import { Button } from "../ui/Button";
import { scrollable, useStore } from "../ui/hooks";
import { Icon, type IconName } from "../ui/Icon";
import { ownerOf } from "../ui/unsent";
import { useAsk } from "./ask";
import { keeperOf, type NoteState } from "./notes";
import { useTools } from "./tools";

/** The mediator's own notes: on the session, and on the private talk they are in. */
export function NotesTab() {
  const { state } = useTools();
  const caucus = myCaucus(state);
  return (
    <div class="talk-pane" {...scrollable}>
      {caucus && <NoteField key={caucus.caucus_id} scope={caucus.caucus_id} title={t("note.ofCaucus")} />}
      <NoteField scope="" title={t("note.ofSession")} tall />
    </div>
  );
}

const ICONS: Record<NoteState, IconName> = {
  loading: "clock",
  unread: "alert",
  saved: "check",
  typing: "pen",
  saving: "clock",
  failed: "alert",
  changed: "alert",
};

export function NoteField({ scope, title, tall }: { scope: string; title: string; tall?: boolean }) {
  const id = useId();
  const { state } = useTools();
  const keeper = keeperOf(ownerOf(state.roomId, state.me), scope, useAsk());
  const note = useStore(keeper.value);
  useEffect(() => {
    void keeper.load();
    // The browser asks before it throws away what is not saved.
    const leaving = (event: BeforeUnloadEvent) => keeper.unsaved && event.preventDefault();
    window.addEventListener("beforeunload", leaving);
    return () => {
      window.removeEventListener("beforeunload", leaving);
      keeper.close();
    };
  }, [keeper]);
  const time = note.savedAt === null ? "" : shortTime(note.savedAt * 1000);
  const words = note.state === "saved" && time === "" ? "" : t(`note.${note.state}`, { time });
  return (
    <section class="field note-field">
      <div class="row between">
        <label class="strong" for={id}>
          {title}
        </label>
        <span class="tiny row">
          <Icon name="eye" />
          {t("note.onlyYou")}
        </span>
      </div>
      <textarea
        class="input note-field__text"
        id={id}
        rows={tall ? 10 : 5}
        maxLength={20_000}
        placeholder={t("note.placeholder")}
        data-testid="note-text"
        data-scope={scope}
        disabled={note.state === "loading" || note.state === "unread"}
        value={note.text}
        onInput={(event) => keeper.write(event.currentTarget.value)}
      />
      <p class="tiny row" role="status" data-testid="note-state" data-state={note.state} data-scope={scope}>
        {words && (
          <>
            <Icon name={ICONS[note.state]} />
            {words}
          </>
        )}
      </p>
      {note.other !== null && (
        <div class="note note--warn note--small">
          <Icon name="alert" />
          <div class="grow stack stack--1">
            <p class="strong">{t("note.other")}</p>
            <p class="note-field__other">{note.other}</p>
            <Button dense onClick={() => keeper.keepMine()}>
              {t("note.keepMine")}
            </Button>
          </div>
        </div>
      )}
    </section>
  );
}
