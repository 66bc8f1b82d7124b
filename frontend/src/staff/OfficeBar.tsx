import type { ComponentChildren } from "preact";
import { useContext } from "preact/hooks";
import { hasKey, t } from "../i18n";
import { navigate } from "../navigation";
import { Brand } from "../ui/Brand";
import { Icon } from "../ui/Icon";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { Newer } from "../ui/Newer";
import type { StaffAccount } from "./api";
import { SignOut } from "./SignedIn";

interface Props {
  title: string;
  account: StaffAccount;
  /** Address of the page above this one. */
  back?: string;
  children?: ComponentChildren;
}

/** Head of the pages on paper: whose system, what page, who is signed in. */
export function OfficeBar({ title, account, back, children }: Props) {
  const signOut = useContext(SignOut);
  const role = `staff.role.${account.role}`;
  return (
    <>
      <Newer dense />
      <header class="bar office__bar">
        {back && (
          <a
            class="btn btn--dense btn--icon"
            href={back}
            aria-label={t("common.back")}
            onClick={(event) => {
              event.preventDefault();
              navigate(back);
            }}
          >
            <Icon name="back" />
          </a>
        )}
        <Brand bare />
        {children ?? <b class="office__title">{title}</b>}
        <span class="spacer" />
        <span class="row office__who">
          <Icon name="user" />
          <span>
            <b>{account.name}</b> <span class="tiny">{hasKey(role) ? t(role) : account.role}</span>
          </span>
        </span>
        <LanguageSwitch />
        <button class="btn btn--dense btn--quiet" type="button" onClick={signOut}>
          {t("staff.logout")}
        </button>
      </header>
    </>
  );
}
