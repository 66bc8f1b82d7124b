import { type ComponentChildren, createContext } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api";
import { t } from "../i18n";
import { Button } from "../ui/Button";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { Note } from "../ui/Note";
import { belongsTo, forgetAll } from "../ui/unsent";
import { currentAccount, logout, type StaffAccount, sentenceOf } from "./api";
import { Login } from "./Login";

type Known =
  | { phase: "asking" }
  | { phase: "out" }
  | { phase: "in"; account: StaffAccount }
  | { phase: "failed"; why: unknown };

/** Signs the person of the page out; the login form is shown again. */
export const SignOut = createContext<() => void>(() => undefined);

/** Shows its page to somebody who is signed in with the role `office`, the login form to everybody else. */
export function SignedIn({
  office,
  children,
}: {
  office: StaffAccount["role"];
  children: (account: StaffAccount) => ComponentChildren;
}) {
  const [known, setKnown] = useState<Known>({ phase: "asking" });

  const signedIn = (account: StaffAccount) => {
    belongsTo(`staff/${account.role}/${account.name}`);
    setKnown({ phase: "in", account });
  };

  useEffect(() => {
    const stop = new AbortController();
    currentAccount(stop.signal).then(signedIn, (error: unknown) => {
      if (stop.signal.aborted) return;
      const out = error instanceof ApiError && error.status === 401;
      setKnown(out ? { phase: "out" } : { phase: "failed", why: error });
    });
    return () => stop.abort();
  }, []);

  const signOut = () => {
    const out = () => {
      forgetAll();
      setKnown({ phase: "out" });
    };
    logout().then(out, (error: unknown) => setKnown({ phase: "failed", why: error }));
  };

  if (known.phase === "asking") return <p class="office__plain meta">{t("common.loading")}</p>;
  if (known.phase === "out") return <Login onLogin={signedIn} />;
  if (known.phase === "failed") {
    return (
      <div class="office__plain">
        <Note tone="danger" alert>
          {sentenceOf(known.why)}
        </Note>
        <Button onClick={() => location.reload()}>{t("common.again")}</Button>
        <LanguageSwitch />
      </div>
    );
  }
  if (known.account.role !== office) {
    return (
      <div class="office__plain">
        <Note tone="warn" alert>
          {t("staff.wrongRole", { name: known.account.name })}
        </Note>
        <Button onClick={signOut}>{t("staff.logout")}</Button>
        <LanguageSwitch />
      </div>
    );
  }
  return <SignOut.Provider value={signOut}>{children(known.account)}</SignOut.Provider>;
}
