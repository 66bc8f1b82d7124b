import { useEffect, useState } from "preact/hooks";
import { type AgreementView as Agreement, type DocumentNode, request } from "../api";
import { instant } from "../court/types";
import { listed, pick, t } from "../i18n";
import { civilDate, clockTime, dateTime } from "../i18n/time";
import { shortCode } from "../room/digest";
import { AgreementView } from "../ui/AgreementView";
import { Button } from "../ui/Button";
import { serviceOf } from "../ui/consents";
import { Digest } from "../ui/Digest";
import { scrollable } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { signerName } from "../ui/signers";
import { MySignature } from "./MySignature";
import { DOCUMENT } from "./phase";
import { SigningTable } from "./SigningTable";
import { useTools } from "./tools";

/** The locked text with its code, who has signed, the mediator's own signature, the seal, and what then begins. */
export function Signing({ agreement, digest }: { agreement: Agreement | null; digest: string | null }) {
  const { content, failed, again } = useContent(agreement?.proposal_id ?? null);
  return (
    <div class="signing">
      <div class="signing__text" {...scrollable}>
        <Locked agreement={agreement} />
        {content ? (
          <AgreementView content={content} label={t("staff.lockedText")} />
        ) : failed ? (
          <Note tone="warn" alert title={t("staff.textFailed")}>
            <Button dense icon="replay" testId="text-again" onClick={again}>
              {t("common.again")}
            </Button>
          </Note>
        ) : (
          <p class="meta" role="status">
            {t("staff.textLoading")}
          </p>
        )}
      </div>
      <div class="signing__panel">
        {(agreement?.digest ?? digest) && <Digest digest={agreement?.digest ?? digest ?? ""} content={content} full />}
        {agreement ? <Progress agreement={agreement} /> : <p role="status">{t("staff.preparing")}</p>}
      </div>
    </div>
  );
}

interface Content {
  content: DocumentNode | undefined;
  failed: boolean;
  again: () => void;
}

/** The text of the locked agreement, fetched once for each proposal. */
function useContent(proposalId: string | null): Content {
  const { detail, attempt } = useTools();
  const [found, setFound] = useState<Agreement | null>(null);
  const [failed, setFailed] = useState(false);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    setFailed(false);
    if (!proposalId) return;
    let wanted = true;
    const fetching = attempt(async () => {
      const query = new URLSearchParams({ session_id: detail.session_id });
      const answer = await request<Agreement>(`/api/agreements/current?${query}`);
      if (wanted) setFound(answer);
    });
    void fetching.then((done) => wanted && setFailed(!done));
    return () => {
      wanted = false;
    };
  }, [proposalId, tries]);
  const content = found?.proposal_id === proposalId ? found?.content : undefined;
  return { content, failed, again: () => setTries((count) => count + 1) };
}

function Locked({ agreement }: { agreement: Agreement | null }) {
  const { command, ask } = useTools();
  const frozenAt = instant(agreement?.frozen_at);
  const signed = agreement?.signers.filter((signer) => signer.signed_at) ?? [];
  const unfreeze = () =>
    ask({
      title: t("staff.unfreeze.title"),
      consequences: [
        ...(signed.length > 0
          ? [
              {
                icon: "x" as const,
                text: t("staff.unfreeze.void", { names: listed(signed.map(signerName)) }),
              },
            ]
          : []),
        { icon: "hash", text: t("staff.unfreeze.code", { code: shortCode(agreement?.digest ?? "") }) },
        { icon: "doc", text: t("staff.unfreeze.reasonShown") },
      ],
      act: t("staff.unfreeze.act"),
      reasonLabel: t("staff.unfreeze.reason"),
      reasonLength: 200,
      onAct: (reason) => void command("unfreeze_document", { document_id: DOCUMENT, reason }),
    });
  return (
    <div class="row between signing__locked">
      <span class="row strong">
        <Icon name="lock" />
        {t("staff.locked")}
        {frozenAt !== null && (
          <>
            <i class="dot" />
            {clockTime(frozenAt)}
          </>
        )}
      </span>
      {agreement?.state !== "in_force" && (
        <Button dense look="danger" icon="unlock" testId="draft-unfreeze" onClick={unfreeze}>
          {t("staff.unfreeze.button")}
        </Button>
      )}
    </div>
  );
}

function Progress({ agreement }: { agreement: Agreement }) {
  const { state } = useTools();
  const mine = agreement.signers.find((signer) => signer.participant_id === state.me);
  const missing = agreement.signers.filter((signer) => !signer.signed_at).length + (agreement.seal.sealed_at ? 0 : 1);
  return (
    <>
      <div class="row between">
        <h3 class="h2">{t("staff.signing")}</h3>
        <span class="meta">{missing > 0 ? t("staff.missing", { count: missing }) : t("staff.complete")}</span>
      </div>
      <SigningTable agreement={agreement} />
      {missing > 0 && <p class="tiny">{t("signing.stepsNote")}</p>}
      {mine && <MySignature key={agreement.proposal_id} agreement={agreement} mine={mine} />}
      {agreement.state === "in_force" ? (
        <>
          <ToServe />
          <InForce agreement={agreement} />
        </>
      ) : (
        <>
          <SealButton agreement={agreement} />
          <Note>
            <p>
              <b>{t("staff.whenInForce")}</b> {t("staff.whenInForceText")}
            </p>
            <p class="tiny">{t("staff.whenInForceLaw")}</p>
          </Note>
        </>
      )}
    </>
  );
}

/** Whoever did not agree to service by phone has to get the agreement on paper: nobody else tells them. */
function ToServe() {
  const { detail, state } = useTools();
  const names = detail.people
    .filter((one) => serviceOf(state, one.participant_id) === "paper")
    .map((one) => one.display_name);
  if (names.length === 0) return null;
  return (
    <Note tone="warn" title={t("staff.service.paper", { names: listed(names) })} testId="serve-on-paper">
      <p class="tiny">{t("staff.service.why")}</p>
    </Note>
  );
}

function SealButton({ agreement }: { agreement: Agreement }) {
  const { attempt } = useTools();
  const [busy, setBusy] = useState(false);
  const unsigned = agreement.signers.filter((signer) => !signer.signed_at);
  const seal = async () => {
    setBusy(true);
    await attempt(() =>
      request(`/api/agreements/${encodeURIComponent(agreement.proposal_id)}/seal`, { method: "POST" }),
    );
    setBusy(false);
  };
  return (
    <div class="stack stack--2">
      <Button
        look="primary"
        block
        icon="stamp"
        testId="seal"
        disabled={unsigned.length > 0 || busy}
        onClick={() => void seal()}
      >
        {busy
          ? t("staff.sealing")
          : unsigned.length > 0
            ? t("staff.sealWaits", { count: unsigned.length })
            : t("staff.seal")}
      </Button>
    </div>
  );
}

function InForce({ agreement }: { agreement: Agreement }) {
  const at = instant(agreement.effective_at);
  return (
    <div class="stack stack--2">
      <Note tone="ok" title={t("staff.inForce")}>
        {at !== null && <p>{t("staff.inForceSince", { time: dateTime(at) })}</p>}
      </Note>
      {agreement.windows.length > 0 && (
        <ul class="card card--flush list list--tight">
          {agreement.windows.map((window) => (
            <li key={window.id}>
              <span class="grow">
                <b>{pick(window.label_zh, window.label_en)}</b>
                <br />
                <span class="tiny">{pick(window.source_zh, window.source_en)}</span>
              </span>
              <span class="badge badge--warn">{t("staff.lastDay", { day: civilDate(window.safe_last_day) })}</span>
            </li>
          ))}
        </ul>
      )}
      <a
        class="btn btn--dense"
        href={`/api/agreements/${encodeURIComponent(agreement.proposal_id)}/pdf`}
        target="_blank"
        rel="noopener noreferrer"
      >
        <Icon name="download" />
        {t("staff.pdf")}
      </a>
    </div>
  );
}
