import { useRef, useState } from "preact/hooks";

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

export interface OneAtATime {
  busy: boolean;
  /** What the work comes to; undefined: another was on its way, and it was not begun. */
  run: <T>(work: () => Promise<T>) => Promise<T | undefined>;
}

/** Whoever presses twice, because nothing has happened yet, means one. */
export function useOneAtATime(): OneAtATime {
  const [busy, setBusy] = useState(false);
  const underWay = useRef(false); // two taps may come before the next picture
  const run = async <T>(work: () => Promise<T>) => {
    if (underWay.current) return undefined;
    underWay.current = true;
    setBusy(true);
    try {
      return await work();
    } finally {
      underWay.current = false;
      setBusy(false);
    }
  };
  return { busy, run };
}
