/** The code that comes to the phone on file: sent by itself, sent again after a while. */
import { useId, useRef, useState } from "preact/hooks";
import { ApiError } from "../api";
import { t } from "../i18n";
import { Button } from "../ui/Button";
import { Complaint } from "../ui/Complaint";
import { useNow } from "../ui/hooks";
import { narrow } from "../ui/typed";
import type { Visit } from "./visit";

export interface Sending {
  /** Masked; null: nothing was sent yet. */
  to: string | null;
  busy: boolean;
  /** Seconds until another may be asked for. */
  wait: number;
  send(last4: string, again?: boolean): void;
}

/** Asks for a code once for each number, and again when told to.
 * @param refused gets what the server says no to */
export function useEntryCode(visit: Visit, refused: (cause: unknown) => void): Sending {
  const [to, setTo] = useState<string | null>(null);
  const [until, setUntil] = useState(0);
  const [busy, setBusy] = useState(false);
  const asked = useRef("");
  const wait = Math.max(0, Math.ceil(until - useNow(1000, until > 0)));
  const send = async (last4: string) => {
    setBusy(true);
    // Another number was asked about meanwhile: what is said of this one says nothing any more.
    const over = () => asked.current !== last4;
    try {
      const sent = await visit.sendCode(last4);
      if (over()) return;
      setBusy(false);
      setTo(sent.sent_to);
      setUntil(Date.now() / 1000 + sent.resend_after);
    } catch (cause) {
      if (over()) return;
      setBusy(false);
      const seconds = cause instanceof ApiError && cause.code === "rate_limited" ? cause.number("retry_after") : null;
      if (seconds === null) {
        asked.current = "";
        setTo(null);
        refused(cause);
        return;
      }
      // A reload a moment after the code was sent: the one that came still counts.
      setUntil(Date.now() / 1000 + seconds);
      setTo((known) => known ?? "");
    }
  };
  return {
    to,
    busy,
    wait,
    send(last4, again = false) {
      if (!again && asked.current === last4) return;
      asked.current = last4;
      void send(last4);
    },
  };
}

interface Props {
  chosen: boolean;
  /** There is no other way to choose. */
  alone: boolean;
  code: string;
  error: string | null;
  sending: Sending;
  /** The number is whole, so that a code can be asked for. */
  ready: boolean;
  onChoose: () => void;
  onCode: (code: string) => void;
  onResend: () => void;
}

export function EntryCode({ chosen, alone, code, error, sending, ready, onChoose, onCode, onResend }: Props) {
  const id = useId();
  return (
    <div class="radio way" data-on={chosen ? "" : undefined} data-part="code">
      {alone ? (
        <b>{t("identity.code")}</b>
      ) : (
        <label class="way__head" data-testid="identity-way-code">
          <input type="radio" name="way" class="radio__box" checked={chosen} onChange={onChoose} />
          <b class="grow">{t("identity.code")}</b>
        </label>
      )}
      <p
        class="meta"
        role="status"
        data-testid="identity-sent"
        data-sent={String(sending.to !== null && !sending.busy)}
      >
        {statusOf(sending)}
      </p>
      {chosen && (
        <>
          <div class="row row--wrap way__code">
            <input
              id={id}
              class="input input--code way__digits"
              data-testid="identity-code"
              inputMode="numeric"
              autocomplete="one-time-code"
              maxLength={6}
              aria-label={t("identity.codeField")}
              aria-invalid={error !== null}
              aria-describedby={`${id}-error`}
              value={code}
              onInput={(event) => onCode(narrow(event.currentTarget.value))}
            />
            {ready && (
              <Button
                testId="identity-resend"
                aria-disabled={sending.busy || sending.wait > 0}
                onClick={() => !sending.busy && sending.wait === 0 && onResend()}
              >
                {sending.wait > 0
                  ? t("identity.resendIn", { seconds: sending.wait })
                  : t(sending.to === null ? "identity.sendCode" : "identity.resend")}
              </Button>
            )}
          </div>
          <Complaint id={`${id}-error`}>{error}</Complaint>
        </>
      )}
    </div>
  );
}

function statusOf({ to, busy }: Sending): string {
  if (busy) return t("identity.sending");
  if (to === null) return t("identity.codeHint");
  return to === "" ? t("identity.sentBefore") : t("identity.sentTo", { to });
}
