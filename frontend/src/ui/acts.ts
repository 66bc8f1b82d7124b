import { useState } from "preact/hooks";

export interface Acts {
  /** Why the last one was refused; empty: it was not. */
  refusal: string;
  /** Do it; whether it was done. */
  act: (work: () => Promise<unknown>) => Promise<boolean>;
}

/** What somebody does at a server that may refuse; `words` says a refusal kindly. */
export function useActs(words: (error: unknown) => string): Acts {
  const [error, setError] = useState<unknown>(null);
  const act = async (work: () => Promise<unknown>) => {
    setError(null);
    try {
      await work();
      return true;
    } catch (cause) {
      setError(cause);
      return false;
    }
  };
  // Put into words when it is shown: the language may change meanwhile.
  return { refusal: error === null ? "" : words(error), act };
}
