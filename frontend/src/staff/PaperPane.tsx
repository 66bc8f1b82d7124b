import { t } from "../i18n";
import { Button } from "../ui/Button";
import { Drafting } from "./Drafting";
import { agreementOf, DOCUMENT, type Phase } from "./phase";
import { Signing } from "./Signing";
import { useTools } from "./tools";

/** The agreement: written together, then locked and signed. */
export function PaperPane({ phase, wide, onLayout }: { phase: Phase; wide: boolean; onLayout: () => void }) {
  const { state } = useTools();
  const document = state.documents.get(DOCUMENT);
  const agreement = agreementOf(state);
  const frozen = document?.frozen ?? false;
  return (
    <aside class="paper-pane" data-theme-light aria-label={t("staff.paper")}>
      <header class="paper-pane__head">
        <h2 class="h3">{t("staff.paper")}</h2>
        <span class={frozen ? "badge badge--accent" : "badge"}>{t(`staff.phase.${phase}`)}</span>
        <span class="visually-hidden" data-testid="agreement-state" data-state={agreement?.state ?? "none"}>
          {t(`staff.agreement.${agreement?.state ?? "none"}`)}
        </span>
        <span class="spacer" />
        <Button dense icon={wide ? "users" : "doc"} class="paper-pane__layout" onClick={onLayout}>
          {wide ? t("staff.showFaces") : t("staff.showPaper")}
        </Button>
      </header>
      {frozen ? <Signing agreement={agreement} digest={document?.digest ?? null} /> : <Drafting />}
    </aside>
  );
}
