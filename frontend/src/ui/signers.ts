import type { Signer } from "../api";
import { t } from "../i18n";

/** Who is bound and, where somebody else signs for them, who. */
export function signerName({ name, agent }: Signer): string {
  return agent === null ? name : t("signers.agent", { name, agent });
}
