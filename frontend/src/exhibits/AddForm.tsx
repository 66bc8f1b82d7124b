/** Bring an exhibit: a file or a photograph, and what it is called. */
import { useId, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { myCaucus } from "../room/caucus";
import type { RoomState } from "../room/state";
import { placeOf } from "../room/talk";
import { Button } from "../ui/Button";
import type { Answers } from "../ui/consents";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { Refusal } from "../ui/Refusal";
import type { ExhibitAccess } from "./access";
import { mostBytes, SENSITIVE, type Sensitive } from "./model";
import { refusalOf } from "./words";

/** Without HEIC here, an iPhone hands over its photographs as JPEG. */
const ACCEPTED = "application/pdf,image/jpeg,image/png,image/webp";
const MEGABYTE = 1024 * 1024;
/** Names that cameras and messengers give; they are no titles. */
const NAMELESS = /^(image|img|photo|mmexport|wx_camera|screenshot|pxl|dsc|微信图片|截屏)?[-_ 0-9()]*$/i;

type Setter = (holds: readonly Sensitive[]) => void;

interface Props {
  access: ExhibitAccess;
  state: RoomState;
  /** What a party has agreed to: they say what of their own is in it. Null: a mediator, who is not asked. */
  agreed: Answers | null;
  onDone: (exhibitId: string) => void;
  onCancel: () => void;
}

export function AddForm({ access, state, agreed, onDone, onCancel }: Props) {
  const id = useId();
  const most = mostBytes(state);
  const mostMegabytes = Math.floor(most / MEGABYTE);
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [title, setTitle] = useState("");
  const [holds, setHolds] = useState<readonly Sensitive[]>([]);
  const [busy, setBusy] = useState(false);
  /** Made when it is shown: the language may change meanwhile. */
  const [refusal, setRefusal] = useState<{ text: () => string } | null>(null);

  const choose = () => {
    const chosen = input.current?.files?.[0] ?? null;
    setRefusal(null);
    if (chosen && chosen.size > most) {
      setFile(null);
      setRefusal({ text: () => t("exhibit.error.exhibit_too_large", { most: mostMegabytes }) });
      return;
    }
    setFile(chosen);
    if (chosen && !title) setTitle(titleFrom(chosen.name));
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
      onDone(await access.bring(file, title.trim(), holds, placeOf(state)));
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
            ref={input}
            type="file"
            accept={ACCEPTED}
            disabled={busy}
            onChange={choose}
          />
        </div>
        <p class="meta">{t("exhibit.accepted", { most: mostMegabytes })}</p>
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
          onInput={(event) => setTitle(event.currentTarget.value)}
        />
      </div>
      {agreed && <Holds holds={holds} busy={busy} onChange={setHolds} />}
      <Refusal words={refusal?.text() ?? ""} testId="exhibit-refusal" />
      <div class="exhibit-acts">
        <Button look="primary" type="submit" testId="exhibit-send" disabled={!file} aria-disabled={busy}>
          {t(busy ? "exhibit.sending" : "exhibit.send")}
        </Button>
        <Button onClick={onCancel} disabled={busy}>
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
