import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type AgreementView, request, type Signer, type SigningMode } from "../api";
import { instant } from "../court/types";
import { t } from "../i18n";
import { clockTime } from "../i18n/time";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { OwnNameField } from "../ui/OwnNameField";
import { isOfName, isPut, NO_NAME, type OwnName, sentName } from "../ui/ownName";
import { goOn } from "../ui/returnFocus";
import type { Handwriting } from "../ui/SignaturePad";
import { ownName } from "../ui/signers";
import { narrow } from "../ui/typed";
import { begun, forget, keep, ownerOf, signingScope } from "../ui/unsent";
import { sentenceOf } from "./api";
import { useTools } from "./tools";

interface Receipt {
  receipt: { field: string; signed_at: string; digest: string; mode: SigningMode };
}

interface CodeSent {
  sent_to: string;
  expires_in: number;
  resend_after: number;
}

/** What stands on the form of one text, while it is open. */
interface Begun {
  intent: boolean;
  name: OwnName;
}

const NOTHING: Begun = { intent: false, name: NO_NAME };

/** The mediator's own signature: intent, name, code. What was written stays when the server refuses. */
export function MySignature({ agreement, mine }: { agreement: AgreementView; mine: Signer }) {
  const { state } = useTools();
  const scope = signingScope<Begun>(ownerOf(state.roomId, state.me), agreement);
  const form = begun(scope);
  const [receipt, setReceipt] = useState<Receipt["receipt"] | null>(null);
  const done = useRef<HTMLDivElement>(null);
  const signedAt = receipt?.signed_at ?? mine.signed_at;
  // With the picture, not some time after it: whoever reads that it is signed leaves nothing behind in the tab.
  useLayoutEffect(() => {
    if (signedAt) forget(scope.name);
  }, [signedAt]);
  // The form that had the keyboard is gone.
  useEffect(() => {
    if (receipt) goOn(null, done.current);
  }, [receipt]);
  if (signedAt) {
    const at = instant(signedAt);
    const typed = (receipt?.mode ?? mine.mode) === "typed";
    return (
      <div ref={done} tabIndex={-1}>
        <Note tone="ok" testId="sign-receipt">
          {t("staff.sign.receipt", { time: at === null ? "" : clockTime(at) })}
          {typed && ` · ${t("ownName.typed")}`}
        </Note>
      </div>
    );
  }
  if (!form) {
    return (
      <Button block icon="pen" testId="sign-open" onClick={() => keep(scope, NOTHING)}>
        {t("staff.sign.open")}
      </Button>
    );
  }
  const signed = (given: Receipt["receipt"]) => {
    forget(scope.name);
    setReceipt(given);
  };
  const me = mine.participant_id;
  return <SignForm agreement={agreement} me={me} form={form} onForm={(now) => keep(scope, now)} onSigned={signed} />;
}

interface FormProps {
  agreement: AgreementView;
  me: string;
  form: Begun;
  onForm: (form: Begun) => void;
  onSigned: (receipt: Receipt["receipt"]) => void;
}

function SignForm({ agreement, me, form, onForm, onSigned }: FormProps) {
  const { attempt } = useTools();
  const newest = useRef(form);
  newest.current = form;
  const put = (part: Partial<Begun>) => onForm({ ...newest.current, ...part });
  const { intent, name } = form;
  const [code, setCode] = useState("");
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const handwriting = useRef<Handwriting | null>(null);
  const card = useRef<HTMLDivElement>(null);
  const codeField = useRef<HTMLInputElement>(null);
  // The form opens below what is in view: bring all of it there.
  useEffect(() => {
    card.current?.querySelector("input")?.focus({ preventScroll: true });
    card.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const path = `/api/agreements/${encodeURIComponent(agreement.proposal_id)}`;
  const missing = !intent
    ? t("staff.sign.needIntent")
    : !isPut(name)
      ? t(name.mode === "typed" ? "staff.sign.needName" : "staff.sign.needPad")
      : !/^\d{6}$/.test(code)
        ? t("staff.sign.needCode")
        : "";

  const submit = async () => {
    const own = sentName(name, handwriting.current);
    if (!own || busy) return;
    setBusy(true);
    setRefusal(null);
    const body = { digest: agreement.digest, intent: true, own_name: own, code };
    try {
      const answer = await request<Receipt>(`${path}/signatures`, { method: "POST", body });
      onSigned(answer.receipt);
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };

  return (
    <div class="card stack sign-form" ref={card}>
      <label class="check" data-on={intent ? "" : undefined}>
        <input
          type="checkbox"
          data-testid="sign-intent"
          checked={intent}
          onChange={(event) => put({ intent: event.currentTarget.checked })}
        />
        <i>{intent && <Icon name="check" />}</i>
        <span>{t("staff.sign.intent")}</span>
      </label>
      <OwnNameField
        value={name}
        onFile={ownName(agreement, me)}
        handle={handwriting}
        refusal={isOfName(refusal) ? sentenceOf(refusal) : null}
        onChange={(now) => {
          put({ name: now });
          if (isOfName(refusal)) setRefusal(null);
        }}
      />
      <div class="sign-form__code">
        <div class="field grow">
          <label for="sign-code">{t("staff.sign.code")}</label>
          <input
            id="sign-code"
            ref={codeField}
            class="input input--code"
            inputMode="numeric"
            autocomplete="one-time-code"
            maxLength={6}
            data-testid="sign-code"
            value={code}
            onInput={(event) => setCode(narrow(event.currentTarget.value).replace(/\D/g, ""))}
          />
        </div>
        <CodeButton
          send={() => request<CodeSent>(`${path}/code`, { method: "POST" })}
          attempt={attempt}
          onSent={(pressed) => goOn(pressed, codeField.current)}
        />
      </div>
      {refusal !== null && !isOfName(refusal) && (
        <Note tone="danger" alert>
          {sentenceOf(refusal)}
        </Note>
      )}
      <Button
        look="primary"
        block
        icon="pen"
        testId="sign-submit"
        disabled={missing !== ""}
        aria-disabled={busy}
        onClick={() => void submit()}
      >
        {busy ? t("staff.sign.busy") : missing || t("staff.sign.submit")}
      </Button>
    </div>
  );
}

interface CodeButtonProps {
  send: () => Promise<CodeSent>;
  attempt: (work: () => Promise<unknown>) => Promise<boolean>;
  /** Told what had the keyboard when it was pressed. */
  onSent: (pressed: Element | null) => void;
}

function CodeButton({ send, attempt, onSent }: CodeButtonProps) {
  const [sentTo, setSentTo] = useState("");
  const [wait, setWait] = useState(0);
  useEffect(() => {
    if (wait <= 0) return;
    const timer = window.setTimeout(() => setWait(wait - 1), 1000);
    return () => window.clearTimeout(timer);
  }, [wait]);
  const press = () => {
    const pressed = document.activeElement;
    return attempt(async () => {
      const sent = await send();
      setSentTo(sent.sent_to);
      setWait(sent.resend_after);
      onSent(pressed); // it cannot be pressed for a while
    });
  };
  return (
    <div class="stack stack--1">
      <Button dense icon="msg" testId="sign-code-send" disabled={wait > 0} work={press}>
        {wait > 0 ? t("staff.sign.again", { seconds: wait }) : t("staff.sign.send")}
      </Button>
      {sentTo && (
        <span class="tiny" role="status">
          {t("staff.sign.sentTo", { to: sentTo })}
        </span>
      )}
    </div>
  );
}
