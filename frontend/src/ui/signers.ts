import type { AgreementView, Signer } from "../api";
import { t } from "../i18n";

/** Who is bound and, where somebody else signs for them, who. */
export function signerName({ name, agent }: Signer): string {
  return agent === null ? name : t("signers.agent", { name, agent });
}

/** The name that this person signs with: their own, also where they sign for somebody. */
export function ownName({ signers }: AgreementView, participantId: string): string {
  const mine = signers.find((one) => one.participant_id === participantId);
  return mine?.agent ?? mine?.name ?? "";
}
