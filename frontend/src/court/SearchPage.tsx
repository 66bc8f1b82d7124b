import { useSignal } from "@preact/signals";
import { request } from "../api";
import { t } from "../i18n";
import { dateTime } from "../i18n/time";
import { navigate } from "../navigation";
import { type StaffAccount, sentenceOf } from "../staff/api";
import { OfficeBar } from "../staff/OfficeBar";
import { Icon } from "../ui/Icon";
import type { RecordSummary } from "./types";
import { instant } from "./types";

/** Find a filed mediation by its case number. */
export function SearchPage({ account }: { account: StaffAccount }) {
  const caseNo = useSignal("");
  const found = useSignal<RecordSummary[] | null>(null);
  const refusal = useSignal<unknown>(null);
  const busy = useSignal(false);

  const search = async (event: Event) => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    refusal.value = null;
    try {
      const query = new URLSearchParams({ case_no: caseNo.value.trim() });
      found.value = await request<RecordSummary[]>(`/api/court/records?${query}`);
    } catch (error) {
      refusal.value = error;
    } finally {
      busy.value = false;
    }
  };

  return (
    <div class="office">
      <OfficeBar title={t("court.title")} account={account} />
      <main class="office__main office__main--narrow">
        <h1 class="h1">{t("court.searchTitle")}</h1>
        <form class="court-search" onSubmit={search}>
          <div class="field grow">
            <label for="case-no">{t("court.searchLead")}</label>
            <input
              id="case-no"
              class="input"
              type="search"
              autocomplete="off"
              placeholder={t("court.caseNoExample")}
              data-testid="court-search"
              value={caseNo.value}
              onInput={(event) => {
                caseNo.value = event.currentTarget.value;
              }}
            />
          </div>
          <button class="btn btn--primary" type="submit" data-testid="court-search-submit">
            <Icon name="search" />
            {busy.value ? t("court.searching") : t("court.search")}
          </button>
        </form>
        {refusal.value !== null && (
          <p class="note note--danger" role="alert">
            <Icon name="alert" />
            {sentenceOf(refusal.value)}
          </p>
        )}
        {found.value && <Results found={found.value} />}
      </main>
    </div>
  );
}

function Results({ found }: { found: RecordSummary[] }) {
  if (found.length === 0) {
    return (
      <p class="note note--plain" role="status">
        <Icon name="info" />
        {t("court.noResult")}
      </p>
    );
  }
  return (
    <section class="stack stack--2">
      <p class="meta" role="status">
        {t("court.results", { count: found.length })}
      </p>
      <ul class="card card--flush list">
        {found.map((one) => (
          <li key={one.session_id}>
            <div class="grow">
              <b>{one.title}</b>
              <p class="tiny">
                {one.case_no}
                <When word={t("court.endedAt")} moment={instant(one.ended_at)} />
                <When word={t("court.filedAt")} moment={instant(one.filed_at)} />
              </p>
            </div>
            <a
              class="btn btn--dense"
              href={`/court/records/${one.session_id}`}
              data-testid="court-result"
              data-session={one.session_id}
              onClick={(event) => {
                event.preventDefault();
                navigate(`/court/records/${one.session_id}`);
              }}
            >
              {t("court.open")}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function When({ word, moment }: { word: string; moment: number | null }) {
  if (moment === null) return null;
  return (
    <>
      <i class="dot" />
      {word} {dateTime(moment)}
    </>
  );
}
