/** Signing: the text's code, the intent, the handwriting and a one-time code. Nothing written is lost on a failure. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type AgreementView, ApiError } from "../../api";
import { t } from "../../i18n";
import { dateTime, zoneNote } from "../../i18n/time";
import { Button, LinkButton } from "../../ui/Button";
import { Digest, useDigestMatch } from "../../ui/Digest";
import { Dock } from "../../ui/Dock";
import { scrollable, useNow } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { OwnNameField } from "../../ui/OwnNameField";
import { isOfName, isPut, NO_NAME, type OwnName, sentName } from "../../ui/ownName";
import { goOn } from "../../ui/returnFocus";
import type { Handwriting } from "../../ui/SignaturePad";
import { ownName } from "../../ui/signers";
import { narrow } from "../../ui/typed";
import { begun, forget, keep } from "../../ui/unsent";
import { type CodeSent, type Me, type Receipt, requestCode, sign } from "../api";
import { Head, OwnChoices } from "../Frame";
import { signingScope } from "../unsent";
import { type Visit, withToken } from "../visit";
import { useAgreementText } from "./agreementText";
import type { TellSteps } from "./signingSteps";

interface Props {
  visit: Visit;
  me: Me;
  agreement: AgreementView;
  /** Whether it is recorded, and what this person sends. */
  strip: ComponentChildren;
  /** What goes on in the room. */
  news: ComponentChildren;
  /** What this person is asked meanwhile. */
  questions: ComponentChildren;
  /** Back to the text. */
  onRead: () => void;
  onDone: () => void;
  onSteps: TellSteps;
}

type Missing = "intent" | "handwriting" | "code" | "match";

interface Begun {
  intent: boolean;
  name: OwnName;
  /** Whether this page was the one that was shown. */
  open: boolean;
}

const NOTHING: Begun = { intent: false, name: NO_NAME, open: true };

/** Whether somebody was about to sign this very text when the page was loaded anew. */
export function wasSigning(me: Me, agreement: AgreementView): boolean {
  return begun(signingScope<Begun>(me, agreement))?.open ?? false;
}

export function Signing({ visit, me, agreement, strip, news, questions, onRead, onDone, onSteps }: Props) {
  const { full } = useAgreementText(visit, agreement.digest);
  const match = useDigestMatch(agreement.digest, full?.content);
  const scope = signingScope<Begun>(me, agreement);
  const [{ intent, name }, setBegun] = useState<Begun>(() => begun(scope) ?? NOTHING);
  const written = isPut(name);
  const [code, setCode] = useState("");
  const [missing, setMissing] = useState<Missing | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const pad = useRef<Handwriting | null>(null);
  const form = useRef<HTMLElement>(null);
  // The room says it too: an answer may be lost on the way.
  const signed = receipt ?? receiptOf(agreement, me);

  const change = (part: Partial<Begun>) => setBegun((before) => ({ ...before, ...part }));
  // Before the next picture, not some time after it: a page may be thrown away at any moment.
  useLayoutEffect(() => {
    if (signed) forget(scope.name);
    else keep(scope, { intent, name, open: true });
  }, [intent, name, signed === null]);
  useEffect(() => onSteps({ intent, handwriting: written ? "written" : "" }), [intent, written, name]);
  /** What was written is there again after the text was read once more. */
  const read = () => {
    keep(scope, { intent, name, open: false });
    onRead();
  };

  const submit = async () => {
    if (busy) return;
    const lacking = whatIsMissing(intent, written, code, match);
    setMissing(lacking);
    if (lacking) showPart(form.current, lacking);
    setError(null);
    const own = sentName(name, pad.current);
    if (lacking || !own) return;
    setBusy(true);
    try {
      const done = await withToken(visit, (token) =>
        sign(token, agreement.proposal_id, { digest: agreement.digest, own_name: own, code }),
      );
      forget(scope.name);
      forget("steps");
      setReceipt(done.receipt);
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      setError(cause);
    } finally {
      setBusy(false);
    }
  };

  const refusedName = error && isOfName(error) ? error.sentence : null;
  if (signed) return <Received strip={strip} news={news} questions={questions} receipt={signed} onDone={onDone} />;

  return (
    <div class="phone" data-testid="signing">
      {strip}
      {news}
      <main class="phone__main phone__main--dense signing-page" ref={form}>
        {questions}
        {/* All of it fits a phone's height; a head of its own would push the last button out of sight. */}
        <div class="row between row--wrap">
          <h1 class="h1">{t("signing.title")}</h1>
          <span class="row">
            <OwnChoices />
          </span>
        </div>
        <div class="card card--dense stack stack--2" data-part="match">
          <div class="row between row--wrap">
            <div>
              <p class="row strong">
                <Icon name="doc" />
                {t("agreement.title")}
              </p>
              <p class="meta">{agreement.number}</p>
            </div>
            <LinkButton onClick={read}>{t("signing.readAgain")}</LinkButton>
          </div>
          <Digest digest={agreement.digest} content={full?.content} />
          <Lack of="match" missing={missing} />
        </div>
        <div class="stack stack--1" data-part="intent">
          <label class="check" data-on={intent ? "" : undefined}>
            <input
              type="checkbox"
              class="check__box"
              data-testid="sign-intent"
              checked={intent}
              onChange={(event) => change({ intent: event.currentTarget.checked })}
            />
            <span>{t("signing.intent")}</span>
          </label>
          {!intent && <Lack of="intent" missing={missing} />}
        </div>
        <div class="stack stack--1" data-part="handwriting">
          <OwnNameField
            value={name}
            onFile={ownName(agreement, me.participant.participant_id)}
            handle={pad}
            refusal={refusedName}
            onStroke={() => onSteps({ handwriting: "writing" })}
            onChange={(now) => {
              change({ name: now });
              if (refusedName !== null) setError(null);
            }}
          />
          {!written && <Lack of="handwriting" missing={missing} typed={name.mode === "typed"} />}
        </div>
        <div class="stack stack--1" data-part="code">
          <Code visit={visit} proposalId={agreement.proposal_id} code={code} onCode={setCode} onError={setError} />
          {!CODE.test(code) && <Lack of="code" missing={missing} />}
        </div>
        <div class="signing-page__act">
          <div role="alert">
            {error && refusedName === null && (
              <p class="error" data-testid="sign-error" data-code={error.code}>
                <Icon name="alert" />
                <span>{sentenceFor(error)}</span>
              </p>
            )}
          </div>
          <Button look="primary" big block testId="sign-submit" aria-disabled={busy} onClick={() => void submit()}>
            {t(busy ? "signing.busy" : "signing.submit")}
          </Button>
          <LinkButton onClick={read}>{t("signing.notYet")}</LinkButton>
        </div>
      </main>
    </div>
  );
}

/** What the room knows of this person's signature; null: there is none. */
function receiptOf(agreement: AgreementView, me: Me): Receipt | null {
  const mine = agreement.signers.find((one) => one.participant_id === me.participant.participant_id);
  if (!mine?.signed_at) return null;
  return { field: mine.field, signed_at: mine.signed_at, digest: agreement.digest, mode: mine.mode ?? "drawn" };
}

const CODE = /^\d{4,8}$/;

/** What is still to be done, beside the part it is about; it goes away when that part is done. */
function Lack({ of, missing, typed = false }: { of: Missing; missing: Missing | null; typed?: boolean }) {
  if (missing !== of) return null;
  return (
    <p class="error" role="alert" data-testid="sign-missing">
      <Icon name="alert" />
      <span>{t(typed ? "signing.missing.name" : `signing.missing.${of}`)}</span>
    </p>
  );
}

/** What is to be done next, in sight and with the keyboard on it; whoever cannot draw is at the way to type. */
function showPart(form: HTMLElement | null, part: Missing): void {
  const shown = form?.querySelector(`[data-part="${part}"]`);
  const controls = part === "handwriting" ? "[data-own-name]" : "input";
  shown?.querySelector<HTMLElement>(controls)?.focus({ preventScroll: true });
  shown?.scrollIntoView({ block: "center" });
}

function whatIsMissing(intent: boolean, written: boolean, code: string, match: string): Missing | null {
  if (match === "false") return "match";
  if (!intent) return "intent";
  if (!written) return "handwriting";
  return CODE.test(code) ? null : "code";
}

/** Without an answer nobody knows whether it was signed; what the person wrote is still there. */
function sentenceFor(error: ApiError): string {
  const unknown = error.status === 0 || error.status >= 500;
  return unknown ? t("signing.unanswered") : error.sentence;
}

interface CodeProps {
  visit: Visit;
  proposalId: string;
  code: string;
  onCode: (code: string) => void;
  onError: (error: ApiError | null) => void;
}

function Code({ visit, proposalId, code, onCode, onError }: CodeProps) {
  const [sent, setSent] = useState<(CodeSent & { resendAt: number }) | null>(null);
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const now = useNow(1000, sent !== null);
  const wait = sent ? Math.max(0, Math.ceil(sent.resendAt - now)) : 0;
  const send = async () => {
    if (busy || wait > 0) return;
    const pressed = document.activeElement;
    setBusy(true);
    onError(null);
    try {
      const answer = await withToken(visit, (token) => requestCode(token, proposalId));
      setSent({ ...answer, resendAt: Date.now() / 1000 + answer.resend_after });
      goOn(pressed, input.current); // the button that was pressed cannot be pressed for a while
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      onError(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="field field--tight">
      <label for="sign-code">
        {t("signing.code")}{" "}
        <span class="meta" role="status">
          {sent && t("signing.sentTo", { to: sent.sent_to })}
        </span>
      </label>
      <div class="row">
        <input
          id="sign-code"
          ref={input}
          class="input input--code grow"
          data-testid="sign-code"
          inputMode="numeric"
          autocomplete="one-time-code"
          maxLength={8}
          value={code}
          onInput={(event) => onCode(narrow(event.currentTarget.value).replace(/\D/g, ""))}
        />
        <Button
          testId="sign-code-send"
          icon={wait > 0 ? "clock" : undefined}
          disabled={wait > 0}
          onClick={() => void send()}
        >
          {wait > 0 ? t("signing.resendIn", { seconds: wait }) : t(sent ? "signing.resend" : "signing.sendCode")}
        </Button>
      </div>
    </div>
  );
}

interface ReceivedProps {
  strip: ComponentChildren;
  news: ComponentChildren;
  questions: ComponentChildren;
  receipt: Receipt;
  onDone: () => void;
}

function Received({ strip, news, questions, receipt, onDone }: ReceivedProps) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <div class="phone" data-testid="sign-receipt" data-digest={receipt.digest}>
      {strip}
      <Head />
      {news}
      <main class="phone__main" {...scrollable}>
        {questions}
        <div class="ending">
          <span class="mark mark--ok mark--lg">
            <Icon name="check" />
          </span>
          <h1 class="h1" ref={title} tabIndex={-1}>
            {t("receipt.title")}
          </h1>
          {receipt.mode === "typed" && <p class="badge">{t("ownName.typed")}</p>}
          <p class="lead">{t("receipt.text", { time: dateTime(receipt.signed_at) + zoneNote(receipt.signed_at) })}</p>
        </div>
        <Digest digest={receipt.digest} />
        <Note tone="plain">{t("receipt.next")}</Note>
      </main>
      <Dock>
        <Button look="primary" big block testId="receipt-continue" onClick={onDone}>
          {t("receipt.continue")}
        </Button>
      </Dock>
    </div>
  );
}
