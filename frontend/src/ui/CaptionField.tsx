/** One line to write a caption in; what could not be sent stays, and what was typed in one place is not sent in another. */
import { useId, useState } from "preact/hooks";
import { hasKey, t } from "../i18n";
import { LONGEST_CAPTION } from "../room/captions";
import { CommandError } from "../room/failure";
import { Button } from "./Button";
import { Complaint } from "./Complaint";
import { rest } from "./typed";

interface Props {
  /** The caucus one is in, empty for the joint session. */
  place: string;
  label: string;
  dense?: boolean;
  send: (text: string, place: string) => Promise<unknown>;
}

export function CaptionField({ place, label, dense, send }: Props) {
  const id = useId();
  const [drafts, setDrafts] = useState<Record<string, string>>({});
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const text = drafts[place] ?? "";
  const write = (change: (now: string) => string) =>
    setDrafts((before) => ({ ...before, [place]: change(before[place] ?? "") }));
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || text.trim() === "") return;
    setBusy(true);
    setError(null);
    try {
      await send(text, place);
      write((now) => rest(now, text)); // Whoever writes along does not wait for the answer.
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="captions__form" onSubmit={submit}>
      <label class="visually-hidden" for={id}>
        {label}
      </label>
      <input
        id={id}
        class={dense ? "input input--dense captions__input" : "input captions__input"}
        data-testid="caption-text"
        maxLength={LONGEST_CAPTION}
        autocomplete="off"
        enterkeyhint="send"
        placeholder={label}
        value={text}
        onInput={(event) => {
          const { value } = event.currentTarget;
          write(() => value);
        }}
      />
      <Button dense={dense} look="primary" type="submit" testId="caption-send" aria-disabled={busy}>
        {t("captions.send")}
      </Button>
      <Complaint>{error !== null && refusalOf(error)}</Complaint>
    </form>
  );
}

function refusalOf(cause: unknown): string {
  const key = cause instanceof CommandError ? `captions.error.${cause.code}` : "";
  return hasKey(key) ? t(key) : t("captions.error.other");
}
