import { useState } from "preact/hooks";

export interface Acts {
  /** Why the last one was refused; empty: it was not. */
  refusal: string;
  /** Do it; whether it was done. */
  act: (work: () => Promise<unknown>) => Promise<boolean>;
}

/** What somebody does at a server that may refuse; `words` says a refusal kindly. */
export function useActs(words: (error: unknown) => string): Acts {
  const [refusal, setRefusal] = useState("");
  const act = async (work: () => Promise<unknown>) => {
    setRefusal("");
    try {
      await work();
      return true;
    } catch (error) {
      setRefusal(words(error));
      return false;
    }
  };
  return { refusal, act };
}
