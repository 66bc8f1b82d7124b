import { useEffect, useState } from "preact/hooks";
import { type AgreementView, ApiError } from "../../api";
import { getAgreement } from "../api";
import { type Visit, withToken } from "../visit";

export interface AgreementText {
  full: AgreementView | null;
  error: ApiError | null;
  again: () => void;
}

/** The frozen text of the proposal with this digest, fetched again when another one is frozen. */
export function useAgreementText(visit: Visit, digest: string | null): AgreementText {
  const [full, setFull] = useState<AgreementView | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (digest === null) return;
    const abort = new AbortController();
    setError(null);
    withToken(visit, (token) => getAgreement(token, abort.signal)).then(
      (view) => {
        if (!abort.signal.aborted) setFull(view);
      },
      (cause: unknown) => {
        if (!abort.signal.aborted && cause instanceof ApiError) setError(cause);
      },
    );
    return () => abort.abort();
  }, [visit, digest, tries]);
  return { full: full?.digest === digest ? full : null, error, again: () => setTries((count) => count + 1) };
}
