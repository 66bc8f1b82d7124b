import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";

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
      <p class="meta deferred" role="status">
        {t(failed ? "page.loadFailedHint" : "common.loading")}
      </p>
    );
  };
}
