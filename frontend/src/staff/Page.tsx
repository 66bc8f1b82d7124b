import { t } from "../i18n";

export default function Page() {
  return (
    <main class="phone__main">
      <h1 class="h1">{t("staff.title")}</h1>
    </main>
  );
}
