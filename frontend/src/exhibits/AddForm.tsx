/** Bring an exhibit: a file or a photograph, and what it is called. */
import { useId, useState } from "preact/hooks";
import { t } from "../i18n";
import { myCaucus } from "../room/caucus";
import type { RoomState } from "../room/state";
import { placeOf } from "../room/talk";
import { type Ask, sentWith } from "../talk/api";
import { Button } from "../ui/Button";
import type { Answers } from "../ui/consents";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { alike, once, useSettled } from "../ui/once";
import { Refusal } from "../ui/Refusal";
import { begun, forget, keep } from "../ui/unsent";
import type { ExhibitAccess } from "./access";
import { type Bringing, bringingScope, choose, chosenFile, EMPTY } from "./bringing";
import { exhibitsOf, mostBytes, SENSITIVE, type Sensitive } from "./model";
import { refusalOf } from "./words";

/** Without HEIC here, an iPhone hands over its photographs as JPEG. */
const ACCEPTED = "application/pdf,image/jpeg,image/png,image/webp";
const MEGABYTE = 1024 * 1024;
/** Names that cameras and messengers give; they are no titles. */
const NAMELESS = /^(image|img|photo|mmexport|wx_camera|screenshot|pxl|dsc|微信图片|截屏)?[-_ 0-9()]*$/i;

type Setter = (holds: readonly Sensitive[]) => void;

interface Props {
  access: ExhibitAccess;
  ask: Ask;
  state: RoomState;
  /** What a party has agreed to: they say what of their own is in it. Null: a mediator, who is not asked. */
  agreed: Answers | null;
  onDone: (exhibitId: string) => void;
}

/** What is sent, but for the file's content. */
interface Sent {
  bringing: Bringing;
  place: string;
}

export function AddForm({ access, ask, state, agreed, onDone }: Props) {
  const id = useId();
  const most = mostBytes(state);
  const mostMegabytes = Math.floor(most / MEGABYTE);
  const scope = bringingScope(state);
  const bringing = begun(scope) ?? EMPTY;
  const { title, holds } = bringing;
  const file = chosenFile(scope);
  const [busy, setBusy] = useState(false);
  /** Made when it is shown: the language may change meanwhile. */
  const [refusal, setRefusal] = useState<{ text: () => string } | null>(null);

  const done = (exhibitId: string) => {
    forget(scope.name);
    onDone(exhibitId);
  };
  const news = exhibitsOf(state).filter((one) => one.owner_id === state.me).length;
  useSettled<Sent>(scope, sentWith(ask), { busy, news }, (sent, made) => {
    if (alike(sent.bringing, begun(scope))) done(made);
  });
  const pick = (chosen: File | null) => {
    setRefusal(null);
    if (chosen && chosen.size > most) {
      choose(scope, null, title);
      setRefusal({ text: () => t("exhibit.error.exhibit_too_large", { most: mostMegabytes }) });
      return;
    }
    choose(scope, chosen, title || titleFrom(chosen?.name ?? ""));
  };
  const send = async (event: Event) => {
    event.preventDefault();
    if (!file || busy) return;
    if (!title.trim()) {
      setRefusal({ text: () => t("exhibit.error.exhibit_title_missing") });
      return;
    }
    if (agreed && holds.some((one) => !agreed[one])) {
      setRefusal({ text: () => t("exhibit.error.exhibit_no_consent") });
      return;
    }
    setBusy(true);
    setRefusal(null);
    try {
      const sent: Sent = { bringing, place: placeOf(state) };
      done(await once(scope, sent, (key) => access.bring(file, { ...sent.bringing, place: sent.place }, key)));
    } catch (error) {
      setRefusal({ text: () => refusalOf(error) });
      setBusy(false);
    }
  };
  return (
    <form class="add-form" onSubmit={send} noValidate>
      {/* What is brought in a private talk stays there. */}
      {myCaucus(state) !== null && (
        <Note tone="sealed" small>
          {t("exhibit.addPrivate")}
        </Note>
      )}
      <div class="add-form__file">
        <div class="add-form__pick">
          <label class="btn btn--block" for={`${id}-file`}>
            <Icon name={file ? "check" : "plus"} />
            <span class="add-form__name">{file ? file.name : t("exhibit.choose")}</span>
          </label>
          <input
            id={`${id}-file`}
            data-testid="exhibit-file"
            type="file"
            accept={ACCEPTED}
            disabled={busy}
            onChange={(event) => pick(event.currentTarget.files?.[0] ?? null)}
          />
        </div>
        <p class="meta">{t("exhibit.accepted", { most: mostMegabytes })}</p>
        {bringing.file && !file && (
          <Note tone="warn" small testId="exhibit-file-gone">
            {t("exhibit.fileGone", { name: bringing.file.name })}
          </Note>
        )}
      </div>
      <div class="field">
        <label for={`${id}-title`}>{t("exhibit.title")}</label>
        <input
          class="input"
          id={`${id}-title`}
          data-testid="exhibit-title"
          maxLength={60}
          placeholder={t("exhibit.titleHint")}
          value={title}
          disabled={busy}
          onInput={(event) => keep(scope, { ...bringing, title: event.currentTarget.value })}
        />
      </div>
      {agreed && <Holds holds={holds} busy={busy} onChange={(chosen) => keep(scope, { ...bringing, holds: chosen })} />}
      <Refusal words={refusal?.text() ?? ""} testId="exhibit-refusal" />
      <div class="exhibit-acts">
        <Button look="primary" type="submit" testId="exhibit-send" disabled={!file} aria-disabled={busy}>
          {t(busy ? "exhibit.sending" : "exhibit.send")}
        </Button>
        <Button testId="exhibit-cancel" onClick={() => forget(scope.name)} disabled={busy}>
          {t("common.cancel")}
        </Button>
      </div>
    </form>
  );
}

/** Whether health data or a bank account of one's own is in it: what nobody agreed to is not taken. */
function Holds({ holds, busy, onChange }: { holds: readonly Sensitive[]; busy: boolean; onChange: Setter }) {
  return (
    <fieldset class="add-form__holds">
      <legend>{t("exhibit.holds")}</legend>
      {SENSITIVE.map((one) => {
        const on = holds.includes(one);
        return (
          <label class="check" key={one} data-on={on ? "" : undefined}>
            <input
              type="checkbox"
              class="check__box"
              data-testid={`exhibit-holds-${one}`}
              checked={on}
              disabled={busy}
              onChange={() => onChange(on ? holds.filter((each) => each !== one) : [...holds, one])}
            />
            <span>{t(`exhibit.holds.${one}`)}</span>
          </label>
        );
      })}
    </fieldset>
  );
}

function titleFrom(name: string): string {
  const stem = name.replace(/\.[^.]*$/, "");
  return NAMELESS.test(stem) ? "" : stem.slice(0, 60);
}
