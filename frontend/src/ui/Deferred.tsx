import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "./Button";

/** A component whose code is fetched when it is first shown. */
export function deferred<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;
  return function Deferred(props: Props) {
    const [View, setView] = useState<ComponentType<Props> | null>(() => loaded);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (View) return;
      load().then(
        (module) => {
          loaded = module.default;
          setView(() => module.default);
        },
        () => setFailed(true),
      );
    }, []);
    if (View) return <View {...props} />;
    return (
      <div class="deferred">
        <p class="meta" role="status">
          {t(failed ? "page.loadFailedHint" : "common.loading")}
        </p>
        {/* With the whole page: a browser may remember that it could not get a part of it. */}
        {failed && (
          <Button icon="replay" testId="load-again" onClick={() => location.reload()}>
            {t("common.again")}
          </Button>
        )}
      </div>
    );
  };
}
