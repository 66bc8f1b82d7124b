/** Agreements that are not in force: whose signature is there, what is missing. */
import type { ComponentChildren } from "preact";
import { instant } from "../court/types";
import { listed, t } from "../i18n";
import { shortTime } from "../i18n/time";
import { Icon } from "../ui/Icon";
import { Seal } from "../ui/Seal";
import { signerName } from "../ui/signers";
import type { ListedSession } from "./api";
import { lacks, unsigned } from "./day";
import { addressOf, goTo } from "./SessionRow";

export function Lacking({ sessions }: { sessions: ListedSession[] }) {
  const found = sessions.filter(lacks);
  if (found.length === 0) return null;
  return (
    <section class="stack stack--2" data-testid="lacking">
      <div class="section-title lacking__title">
        <h2 class="h2">{t("day.lacking")}</h2>
        <span class="tiny">{t("day.lackingWhy")}</span>
      </div>
      <ul class="card card--flush sessions">
        {found.map((session) => (
          <Line key={session.session_id} session={session} />
        ))}
      </ul>
    </section>
  );
}

function Line({ session }: { session: ListedSession }) {
  const missing = [...unsigned(session).map(signerName), t("day.sealOf")];
  return (
    <li class="lacking__row">
      <p class="lacking__case">
        <b>{session.parties.map((party) => party.name).join(" / ")}</b>
        <span class="tiny">{session.agreement?.number}</span>
      </p>
      <ul class="lacking__marks">
        {session.agreement?.signers.map((signer) => (
          <Signed
            key={signer.field}
            at={instant(signer.signed_at)}
            onPaper={session.on_paper.includes(signer.participant_id)}
          >
            <Seal side={signer.side} />
          </Signed>
        ))}
        <Signed at={instant(session.agreement?.seal.sealed_at)}>
          <Icon name="stamp" />
          <span class="visually-hidden">{t("day.sealOf")}</span>
        </Signed>
      </ul>
      <p class="lacking__what">{t("day.lacks", { names: listed(missing) })}</p>
      <a class="link" href={addressOf(session)} data-testid="lacking-open" onClick={(event) => goTo(event, session)}>
        <span>{t("day.openAgreement")}</span>
      </a>
    </li>
  );
}

interface SignedProps {
  at: number | null;
  onPaper?: boolean;
  children: ComponentChildren;
}

function Signed({ at, onPaper, children }: SignedProps) {
  return (
    <li>
      {children}
      {onPaper ? (
        <span class="badge badge--warn">
          <Icon name="alert" />
          {t("signing.onPaper")}
        </span>
      ) : (
        <span class={at === null ? "badge" : "badge badge--ok"}>
          <Icon name={at === null ? "clock" : "check"} />
          {at === null ? t("day.waits") : shortTime(at)}
        </span>
      )}
    </li>
  );
}
