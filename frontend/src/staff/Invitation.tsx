/** A link as a QR code beside whose it is and when: to hold up to a camera, or to print. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import "../styles/invitation.css";
import { t } from "../i18n";
import { dayWords, shortTime, zoneNote } from "../i18n/time";
import { Apart } from "../ui/Apart";
import { Button } from "../ui/Button";
import { keepFocusInside } from "../ui/Confirm";
import { Note } from "../ui/Note";
import { Seal, sideName } from "../ui/Seal";
import { linkQr, type SessionDetail, type SessionPerson, sentenceOf } from "./api";
import { useTools } from "./tools";

interface Props {
  person: SessionPerson;
  /** The address that the server showed just now. */
  url: string;
}

export function Invitation({ person, url }: Props) {
  const { detail } = useTools();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button dense testId="link-qr" data-participant={person.participant_id} onClick={() => setOpen(true)}>
        {t("invitation.show")}
      </Button>
      {open && (
        <Apart>
          <Sheet detail={detail} person={person} url={url} onClose={() => setOpen(false)} />
        </Apart>
      )}
    </>
  );
}

function Sheet({ detail, person, url, onClose }: Props & { detail: SessionDetail; onClose: () => void }) {
  const titleId = useId();
  const box = useRef<HTMLDivElement>(null);
  const { address, refusal } = usePicture(detail.session_id, person.participant_id, url);
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    box.current?.querySelector<HTMLButtonElement>("button:not(:disabled)")?.focus();
    return () => before?.focus();
  }, []);
  const key = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    if (event.key === "Tab") keepFocusInside(event, box.current);
  };
  return (
    <div
      class="invitation"
      role="dialog"
      aria-modal="true"
      aria-labelledby={titleId}
      data-testid="invitation"
      ref={box}
      onKeyDown={key}
    >
      <div class="invitation__sheet">
        <div class="invitation__code">
          {address && (
            <img src={address} alt={t("invitation.alt", { name: person.display_name })} data-testid="invitation-code" />
          )}
          {!address && refusal === null && <p role="status">{t("invitation.coming")}</p>}
          {refusal !== null && (
            <Note tone="danger" alert>
              {sentenceOf(refusal)}
            </Note>
          )}
        </div>
        <div class="invitation__words">
          <h2 class="h1" id={titleId}>
            {person.display_name}
          </h2>
          <p class="row">
            <Seal side={person.side} />
            {sideName(person.side)}
          </p>
          {detail.scheduled_at !== null && <Moment at={new Date(detail.scheduled_at)} />}
          <p class="meta">{detail.case_no}</p>
          <p>{t("invitation.how")}</p>
          <p class="meta">{t("invitation.onlyYou", { name: person.display_name })}</p>
          <div class="row row--wrap">
            <Button look="primary" testId="invitation-print" disabled={!address} onClick={() => window.print()}>
              {t("invitation.print")}
            </Button>
            <Button testId="invitation-close" onClick={onClose}>
              {t("common.close")}
            </Button>
          </div>
        </div>
      </div>
    </div>
  );
}

function Moment({ at }: { at: Date }) {
  return (
    <div>
      <p class="h2">{shortTime(at)}</p>
      <p>
        {dayWords(at)}
        {zoneNote(at)}
      </p>
    </div>
  );
}

function usePicture(sessionId: string, participantId: string, url: string) {
  const [address, setAddress] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  useEffect(() => {
    let current = true;
    let made: string | null = null;
    linkQr(sessionId, participantId, url).then(
      (picture) => {
        if (!current) return;
        made = URL.createObjectURL(picture);
        setAddress(made);
      },
      (error: unknown) => current && setRefusal(error),
    );
    return () => {
      current = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [sessionId, participantId, url]);
  return { address, refusal };
}
