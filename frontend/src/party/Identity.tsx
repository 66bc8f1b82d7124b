import { useId, useRef, useState } from "preact/hooks";
import { ApiError } from "../api";
import { t } from "../i18n";
import { Button } from "../ui/Button";
import { Complaint } from "../ui/Complaint";
import { Note } from "../ui/Note";
import { narrow } from "../ui/typed";
import { begun, forget, keep } from "../ui/unsent";
import type { LinkView } from "./api";
import { Company, type CompanyAnswer } from "./Company";
import { EntryCode, useEntryCode } from "./EntryCode";
import { Frame } from "./Frame";
import { QuietHelpAtDoor } from "./QuietCall";
import { companyScope } from "./unsent";
import type { Visit } from "./visit";

interface Props {
  visit: Visit;
  link: LinkView;
  onIdentified: () => void;
  onLocked: (error: ApiError) => void;
}

type Part = "last4" | "code" | "company";
interface Wrong {
  part: Part;
  /** Made when it is shown: the language may change meanwhile. */
  text: () => string;
}

const NOT_ASKED: CompanyAnswer = { alone: null, who: "" };
const LAST4 = /^\d{3}[\dXx]$/;
const CODE = /^\d{6}$/;
const FINAL = new Set(["identity_locked", "link_used", "link_revoked", "link_expired", "link_unknown"]);
/** Where what the server refuses is put right; everything else belongs to the code. */
const PARTS: Record<string, Part> = {
  identity_mismatch: "last4",
  company_unclear: "company",
  text_too_long: "company",
};

/** Checks that the right person holds the phone: the end of the identity number and a code sent to the phone on file,
 * or a document that the mediator looks at; and asks who else is in the room. */
export function Identity({ visit, link, onIdentified, onLocked }: Props) {
  const [last4, setLast4] = useState("");
  const [code, setCode] = useState("");
  const asksNumber = link.asks_number;
  // Nothing could be compared: only a new link leads on here.
  const stuck = !asksNumber && link.claimed_elsewhere;
  const [byDocument, setByDocument] = useState(!asksNumber);
  const beside = companyScope(visit.secret);
  const company = begun(beside) ?? NOT_ASKED;
  const [wrong, setWrong] = useState<Wrong | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();

  const refused = (cause: unknown) => {
    if (!(cause instanceof ApiError)) throw cause;
    if (FINAL.has(cause.code)) onLocked(cause);
    else setWrong({ part: PARTS[cause.code] ?? "code", text: () => cause.sentence });
  };
  const sending = useEntryCode(visit, refused);
  const lead = (part: Part) => form.current?.querySelector<HTMLElement>(`[data-part="${part}"] input`)?.focus();

  const typed = (value: string) => {
    setLast4(value);
    if (wrong?.part === "last4") setWrong(null);
    // Nothing more to press: the code is on its way as soon as the number is whole.
    if (LAST4.test(value) && !byDocument) sending.send(value.toUpperCase());
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const number = asksNumber ? last4 : null;
    const lacking = wrong?.part === "last4" ? wrong : whatIsMissing(number, byDocument ? null : code, company);
    setWrong(lacking);
    if (lacking) {
      lead(lacking.part);
      return;
    }
    setBusy(true);
    const who = { alone: company.alone === true, who: company.alone ? "" : company.who };
    try {
      if (byDocument) await visit.askDocument(last4.toUpperCase(), who);
      else {
        const proof = { last4: last4.toUpperCase(), code, company: who, take_over: link.claimed_elsewhere };
        await visit.identify(proof);
      }
      forget(beside.name);
      onIdentified();
    } catch (cause) {
      refused(cause);
    } finally {
      setBusy(false);
    }
  };

  const choose = (document: boolean) => {
    setByDocument(document);
    setWrong(null);
    if (!document && LAST4.test(last4)) sending.send(last4.toUpperCase());
  };

  const error = (part: Part) => (wrong?.part === part ? wrong.text() : null);
  return (
    <Frame
      page="identity"
      step={2}
      stepName={t("identity.step")}
      quiet={<QuietHelpAtDoor secret={visit.secret} />}
      dock={
        !stuck && (
          <Button look="primary" big block type="submit" form={id} testId="identity-continue" aria-disabled={busy}>
            {t(busy ? "identity.checking" : "common.next")}
          </Button>
        )
      }
    >
      <div class="stack stack--2">
        <h1 class="h1">{t("identity.title")}</h1>
        <p class="lead">{t("identity.lead", { name: link.person.name_masked })}</p>
      </div>
      {link.claimed_elsewhere && asksNumber && <Note tone="warn" icon="screen" title={t("identity.takeOver")} />}
      <form id={id} class="stack" ref={form} onSubmit={submit} noValidate>
        {asksNumber ? (
          <div class="card field" data-part="last4">
            <label for={`${id}-last4`}>{t("identity.label")}</label>
            <input
              id={`${id}-last4`}
              class="input input--code input--short"
              data-testid="identity-last4"
              inputMode="text"
              autocomplete="off"
              autocapitalize="characters"
              maxLength={4}
              value={last4}
              aria-invalid={error("last4") !== null}
              aria-describedby={`${id}-last4-error ${id}-last4-hint`}
              onInput={(event) => typed(narrow(event.currentTarget.value))}
            />
            <Complaint id={`${id}-last4-error`}>{error("last4")}</Complaint>
            <p class="meta" id={`${id}-last4-hint`}>
              {t("identity.hint")}
            </p>
          </div>
        ) : (
          <Note
            tone={stuck ? "warn" : "plain"}
            title={t(stuck ? "identity.noNumberStuck" : "identity.noNumber")}
            testId="identity-no-number"
          >
            {t(stuck ? "identity.noNumberElsewhere" : "identity.noNumberHint")}
          </Note>
        )}
        {asksNumber && (
          <fieldset class="ways">
            <legend class="visually-hidden">{t("identity.ways")}</legend>
            <EntryCode
              chosen={!byDocument}
              alone={link.claimed_elsewhere}
              code={code}
              error={error("code")}
              sending={sending}
              ready={LAST4.test(last4) && wrong?.part !== "last4"}
              onChoose={() => choose(false)}
              onCode={setCode}
              onResend={() => sending.send(last4.toUpperCase(), true)}
            />
            {!link.claimed_elsewhere && (
              <label class="radio" data-on={byDocument ? "" : undefined} data-testid="identity-way-document">
                <input type="radio" name="way" class="radio__box" checked={byDocument} onChange={() => choose(true)} />
                <span class="grow">
                  <b>{t("identity.document")}</b>
                  <span class="meta block">{t("identity.documentHint")}</span>
                </span>
              </label>
            )}
          </fieldset>
        )}
        {!stuck && (
          <div data-part="company">
            <Company
              answer={company}
              error={error("company")}
              onAnswer={(given) => {
                keep(beside, given);
                if (wrong?.part === "company") setWrong(null);
              }}
            />
          </div>
        )}
      </form>
      <Note tone="plain" icon="shield">
        <p class="meta">{t("identity.noFace")}</p>
      </Note>
    </Frame>
  );
}

/** What is not asked is null. */
function whatIsMissing(last4: string | null, code: string | null, company: CompanyAnswer): Wrong | null {
  if (last4 !== null && !LAST4.test(last4)) return { part: "last4", text: () => t("identity.four") };
  if (code !== null && !CODE.test(code)) return { part: "code", text: () => t("identity.codeMissing") };
  if (company.alone === null) return { part: "company", text: () => t("identity.companyMissing") };
  if (!company.alone && company.who.trim() === "") return { part: "company", text: () => t("identity.whoMissing") };
  return null;
}
