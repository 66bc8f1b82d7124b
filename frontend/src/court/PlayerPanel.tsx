import { useComputed } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { clockTime } from "../i18n/time";
import { Icon } from "../ui/Icon";
import { Seal } from "../ui/Seal";
import { length } from "./format";
import type { GapSpan } from "./timeline";
import type { CourtRecord, RecordPerson, RecordView } from "./types";
import { instant } from "./types";
import { type Player, SPEEDS } from "./use_playback";
import { gapWords } from "./words";

const TEN_SECONDS = 10_000;

/** The files of all people side by side, on one clock. */
export function PlayerPanel({ record, player, gaps }: { record: CourtRecord; player: Player; gaps: GapSpan[] }) {
  const gap = useComputed(() =>
    gaps.find((one) => one.from <= player.position.value && player.position.value < one.to),
  );
  return (
    <section
      class="player"
      data-theme="stage"
      data-testid="player"
      data-playing={String(player.playing.value)}
      aria-label={t("court.player")}
    >
      <div class="player__views" data-count={Math.min(record.views.length, 6)}>
        {record.views.map((view) => (
          <ViewTile
            key={view.participant_id}
            view={view}
            person={record.people.find((person) => person.participant_id === view.participant_id)}
            player={player}
          />
        ))}
        {gap.value && (
          <p class="player__gap" role="status">
            <Icon name="alert" />
            {t("court.inGap", { reason: gapWords(gap.value.reason) })}
          </p>
        )}
      </div>
      <PlayerControls player={player} />
    </section>
  );
}

function ViewTile({ view, person, player }: { view: RecordView; person: RecordPerson | undefined; player: Player }) {
  const media = useRef<HTMLVideoElement & HTMLAudioElement>(null);
  const [broken, setBroken] = useState(false);
  const startedAt = instant(view.started_at) ?? player.span.from;
  const covered = useComputed(() => {
    const offset = player.position.value - startedAt;
    return offset >= 0 && offset < view.duration * 1000;
  });

  useEffect(() => {
    if (!media.current) return;
    return player.attach(view.participant_id, media.current, startedAt, view.duration * 1000);
  }, [player, view.participant_id, startedAt, view.duration]);

  const shared = {
    ref: media,
    src: view.url,
    preload: "auto",
    "data-testid": "view",
    "data-participant": view.participant_id,
    onError: () => setBroken(true),
  } as const;
  const absent = broken ? t("court.viewBroken") : covered.value ? "" : t("court.notRecordedNow");
  return (
    <div class="tile tile--small player__tile">
      {view.has_video ? <video {...shared} playsInline /> : <audio {...shared} />}
      {!view.has_video && !absent && (
        <p class="player__absent">
          <Icon name="speaker" large />
          {t("court.soundOnly")}
        </p>
      )}
      {absent && <p class="player__absent player__absent--opaque">{absent}</p>}
      <span class="tile__name">
        <Seal side={person?.side ?? "observer"} />
        {person?.display_name ?? view.participant_id}
      </span>
    </div>
  );
}

function PlayerControls({ player }: { player: Player }) {
  const { span, position, playing } = player;
  const word = playing.value ? t("court.pause") : t("court.play");
  return (
    <div class="player__controls">
      <button
        class="btn btn--dense btn--icon"
        type="button"
        data-testid="player-play"
        aria-label={word}
        onClick={player.toggle}
      >
        <Icon name={playing.value ? "pause" : "play"} />
      </button>
      <button
        class="btn btn--dense btn--icon"
        type="button"
        aria-label={t("court.back10")}
        onClick={() => player.seek(position.value - TEN_SECONDS)}
      >
        <Icon name="replay" />
      </button>
      <input
        class="player__seek"
        type="range"
        aria-label={t("court.seek")}
        aria-valuetext={clockTime(position.value)}
        min={0}
        max={Math.round(span.to - span.from)}
        step={1000}
        value={Math.round(position.value - span.from)}
        onInput={(event) => player.seek(span.from + Number(event.currentTarget.value))}
      />
      <span class="player__time">
        <span class="clock">{length(position.value - span.from)}</span>
        <span class="tiny nowrap">
          / {length(span.to - span.from)}
          <i class="dot" />
          {player.stalled.value
            ? t("court.loadingViews")
            : t("court.thenWallClock", { time: clockTime(position.value) })}
        </span>
      </span>
      <fieldset class="player__speed seg">
        <legend class="visually-hidden">{t("court.speed")}</legend>
        {SPEEDS.map((speed) => (
          <button
            key={speed}
            type="button"
            aria-pressed={player.rate.value === speed}
            onClick={() => player.setRate(speed)}
          >
            {speed}×
          </button>
        ))}
      </fieldset>
    </div>
  );
}
