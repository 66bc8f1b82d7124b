/** What is left when the session is over: the paper with its times, or a sentence. */
import { useEffect, useState } from "preact/hooks";
import type { AgreementView } from "../../api";
import { t } from "../../i18n";
import { getAgreement, type Me } from "../api";
import { Ending } from "../Ending";
import { Frame } from "../Frame";
import { type Visit, withToken } from "../visit";
import { Done } from "./Done";

interface Props {
  visit: Visit;
  me: Me;
  /** What this page was told while it was in the room; undefined: it never was. */
  known: AgreementView | null | undefined;
}

export function Over({ visit, me, known }: Props) {
  const [agreement, setAgreement] = useState(known);
  useEffect(() => {
    if (known !== undefined) return;
    withToken(visit, getAgreement).then(setAgreement, () => setAgreement(null)); // There is none, or no way to it now.
  }, []);
  if (agreement === undefined) {
    return (
      <Frame page="over">
        <p class="lead connecting" role="status">
          {t("common.loading")}
        </p>
      </Frame>
    );
  }
  if (agreement === null || agreement.state === "void") return <Ending kind="closed" />;
  return <Done visit={visit} me={me} agreement={agreement} over />;
}
