/** `/court` and `/court/records/{session_id}`. */
import "../styles/office.css";
import "../styles/staff.css";
import "../styles/player.css";
import "../styles/court.css";
import { path } from "../navigation";
import { SignedIn } from "../staff/SignedIn";
import { useTitle } from "../ui/title";
import { RecordPage } from "./RecordPage";
import { SearchPage } from "./SearchPage";

export default function Page() {
  const sessionId = /^\/court\/records\/([^/]+)/.exec(path.value)?.[1];
  useTitle("court.title");
  return (
    <SignedIn office="court_officer">
      {(account) =>
        sessionId ? (
          <RecordPage key={sessionId} sessionId={decodeURIComponent(sessionId)} account={account} />
        ) : (
          <SearchPage account={account} />
        )
      }
    </SignedIn>
  );
}
