/** What is left when the session is over: the paper with its times, or a sentence. */
import { useEffect, useState } from "preact/hooks";
import { type AgreementView, ApiError } from "../../api";
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
  const [cutOff, setCutOff] = useState(false);
  useEffect(() => {
    if (known !== undefined) return;
    withToken(visit, getAgreement).then(setAgreement, (cause: unknown) => {
      // Whoever has signed is not told that there is nothing because the network was away.
      if (cause instanceof ApiError && cause.status >= 400 && cause.status < 500) setAgreement(null);
      else setCutOff(true);
    });
  }, []);
  if (cutOff) return <Ending kind="network" />;
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
