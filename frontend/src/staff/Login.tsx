import { useSignal } from "@preact/signals";
import { t } from "../i18n";
import { Brand } from "../ui/Brand";
import { Button } from "../ui/Button";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { Note } from "../ui/Note";
import { login, type StaffAccount, sentenceOf } from "./api";

/** Name and password of a mediator or a court officer. */
export function Login({ onLogin }: { onLogin: (account: StaffAccount) => void }) {
  const username = useSignal("");
  const password = useSignal("");
  const refusal = useSignal<unknown>(null);
  const busy = useSignal(false);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    refusal.value = null;
    try {
      onLogin(await login(username.value.trim(), password.value));
    } catch (error) {
      refusal.value = error;
      busy.value = false;
    }
  };

  return (
    <div class="login">
      <main class="card login__card">
        <div class="row between">
          <Brand />
          <LanguageSwitch />
        </div>
        <h1 class="h1">{t("staff.login")}</h1>
        <form class="stack stack--4" onSubmit={submit}>
          <div class="field">
            <label for="username">{t("staff.username")}</label>
            <input
              id="username"
              class="input"
              autocomplete="username"
              autocapitalize="none"
              required
              data-testid="login-username"
              value={username.value}
              onInput={(event) => {
                username.value = event.currentTarget.value;
              }}
            />
          </div>
          <div class="field">
            <label for="password">{t("staff.password")}</label>
            <input
              id="password"
              class="input"
              type="password"
              autocomplete="current-password"
              required
              data-testid="login-password"
              value={password.value}
              onInput={(event) => {
                password.value = event.currentTarget.value;
              }}
            />
          </div>
          {refusal.value !== null && (
            <Note tone="danger" alert>
              {sentenceOf(refusal.value)}
            </Note>
          )}
          <Button look="primary" block type="submit" testId="login-submit" disabled={busy.value}>
            {busy.value ? t("staff.loggingIn") : t("staff.login")}
          </Button>
        </form>
      </main>
    </div>
  );
}
