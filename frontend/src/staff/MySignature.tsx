import { useEffect, useRef, useState } from "preact/hooks";
import { type AgreementView, request, type Signer } from "../api";
import { instant } from "../court/types";
import { t } from "../i18n";
import { clockTime } from "../i18n/time";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { type Handwriting, SignaturePad, type Strokes } from "../ui/SignaturePad";
import { begun, forget, keep, ownerOf, signingScope } from "../ui/unsent";
import { sentenceOf } from "./api";
import { useTools } from "./tools";

interface Receipt {
  receipt: { field: string; signed_at: string; digest: string };
}

interface CodeSent {
  sent_to: string;
  expires_in: number;
  resend_after: number;
}

/** What stands on the form of one text, while it is open. */
interface Ink {
  intent: boolean;
  strokes: Strokes;
}

/** The mediator's own signature: intent, handwriting, code. What was written stays when the server refuses. */
export function MySignature({ agreement, mine }: { agreement: AgreementView; mine: Signer }) {
  const { state } = useTools();
  const scope = signingScope<Ink>(ownerOf(state.roomId, state.me), agreement);
  const ink = begun(scope);
  const [receipt, setReceipt] = useState<Receipt["receipt"] | null>(null);
  const signedAt = receipt?.signed_at ?? mine.signed_at;
  useEffect(() => {
    if (signedAt) forget(scope.name);
  }, [signedAt]);
  if (signedAt) {
    const at = instant(signedAt);
    return (
      <Note tone="ok" testId="sign-receipt">
        {t("staff.sign.receipt", { time: at === null ? "" : clockTime(at) })}
      </Note>
    );
  }
  if (!ink) {
    return (
      <Button block icon="pen" testId="sign-open" onClick={() => keep(scope, { intent: false, strokes: [] })}>
        {t("staff.sign.open")}
      </Button>
    );
  }
  const signed = (given: Receipt["receipt"]) => {
    forget(scope.name);
    setReceipt(given);
  };
  return <SignForm agreement={agreement} ink={ink} onInk={(now) => keep(scope, now)} onSigned={signed} />;
}

interface FormProps {
  agreement: AgreementView;
  ink: Ink;
  onInk: (ink: Ink) => void;
  onSigned: (receipt: Receipt["receipt"]) => void;
}

function SignForm({ agreement, ink, onInk, onSigned }: FormProps) {
  const { attempt } = useTools();
  const newest = useRef(ink);
  newest.current = ink;
  const put = (part: Partial<Ink>) => onInk({ ...newest.current, ...part });
  const { intent } = ink;
  const empty = ink.strokes.length === 0;
  const [code, setCode] = useState("");
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const handwriting = useRef<Handwriting | null>(null);
  const card = useRef<HTMLDivElement>(null);
  // The form opens below what is in view: bring all of it there.
  useEffect(() => card.current?.scrollIntoView({ block: "nearest" }), []);
  const path = `/api/agreements/${encodeURIComponent(agreement.proposal_id)}`;
  const missing = !intent
    ? t("staff.sign.needIntent")
    : empty
      ? t("staff.sign.needPad")
      : !/^\d{6}$/.test(code)
        ? t("staff.sign.needCode")
        : "";

  const submit = async () => {
    if (!handwriting.current) return;
    setBusy(true);
    setRefusal(null);
    const body = { digest: agreement.digest, intent: true, handwriting: handwriting.current.png(), code };
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
      <SignaturePad before={ink.strokes} handle={handwriting} onChange={(strokes) => put({ strokes })} />
      <div class="sign-form__code">
        <div class="field grow">
          <label for="sign-code">{t("staff.sign.code")}</label>
          <input
            id="sign-code"
            class="input input--code"
            inputMode="numeric"
            autocomplete="one-time-code"
            maxLength={6}
            data-testid="sign-code"
            value={code}
            onInput={(event) => setCode(event.currentTarget.value.replace(/\D/g, ""))}
          />
        </div>
        <CodeButton send={() => request<CodeSent>(`${path}/code`, { method: "POST" })} attempt={attempt} />
      </div>
      {refusal !== null && (
        <Note tone="danger" alert>
          {sentenceOf(refusal)}
        </Note>
      )}
      <Button
        look="primary"
        block
        icon="pen"
        testId="sign-submit"
        disabled={missing !== "" || busy}
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
}

function CodeButton({ send, attempt }: CodeButtonProps) {
  const [sentTo, setSentTo] = useState("");
  const [wait, setWait] = useState(0);
  useEffect(() => {
    if (wait <= 0) return;
    const timer = window.setTimeout(() => setWait(wait - 1), 1000);
    return () => window.clearTimeout(timer);
  }, [wait]);
  const press = () =>
    void attempt(async () => {
      const sent = await send();
      setSentTo(sent.sent_to);
      setWait(sent.resend_after);
    });
  return (
    <div class="stack stack--1">
      <Button dense icon="msg" testId="sign-code-send" disabled={wait > 0} onClick={press}>
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
