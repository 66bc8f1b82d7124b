/** Which page an address opens. Pages are loaded when they are needed; nobody downloads another role's screens. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { loadOffice, t } from "./i18n";
import { path } from "./navigation";
import { Brand } from "./ui/Brand";
import { Sprite } from "./ui/Icon";
import { LanguageSwitch } from "./ui/LanguageSwitch";
import { useTitle } from "./ui/title";

type Loader = () => Promise<{ default: ComponentType }>;

function office(load: Loader): Loader {
  return async () => {
    const [page] = await Promise.all([load(), loadOffice()]);
    return page;
  };
}

const ROUTES: [RegExp, Loader][] = [
  [/^\/j\/[^/]+\/?$/, () => import("./party/Page")],
  [/^\/staff(\/|$)/, office(() => import("./staff/Page"))],
  [/^\/court(\/|$)/, office(() => import("./court/Page"))],
  [/^\/demo\/?$/, office(() => import("./demo/Page"))],
];

function loaderFor(address: string): Loader | null {
  return ROUTES.find(([pattern]) => pattern.test(address))?.[1] ?? null;
}

export function Router() {
  const loader = loaderFor(path.value);
  const [page, setPage] = useState<{ loader: Loader; View: ComponentType } | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    if (!loader) return;
    setFailed(false);
    loader().then(
      (module) => setPage({ loader, View: module.default }),
      () => setFailed(true),
    );
  }, [loader]);

  return (
    <>
      <Sprite />
      {!loader && <Plain title={t("page.notFound")} text={t("page.notFoundHint")} />}
      {loader && failed && <Plain title={t("page.loadFailed")} text={t("page.loadFailedHint")} reload />}
      {loader && !failed && page?.loader === loader && <page.View />}
    </>
  );
}

function Plain({ title, text, reload }: { title: string; text: string; reload?: boolean }) {
  useTitle("common.brand");
  return (
    <div class="phone">
      <header class="phone__head">
        <Brand />
        <LanguageSwitch />
      </header>
      <main class="phone__main">
        <h1 class="h1">{title}</h1>
        <p class="lead">{text}</p>
        {reload && (
          <button class="btn btn--primary btn--big" type="button" onClick={() => location.reload()}>
            {t("common.again")}
          </button>
        )}
      </main>
    </div>
  );
}
