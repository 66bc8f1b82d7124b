import type source from "../zh-CN/captions";

const messages: Record<keyof typeof source, string> = {
  "captions.title": "Captions",
  "captions.on": "Captions: on",
  "captions.off": "Captions: off",
  "captions.write": "Write instead of speaking",
  "captions.stopWriting": "Stop writing, speak again",
  "captions.own": "Write to everybody",
  "captions.forSomebody": "What {name} says",
  "captions.speaker": "Who speaks (Alt and a number)",
  "captions.send": "Show",
  "captions.says": ": ",
  "captions.writtenBy": " (written by {name})",
  "captions.note": "For reference only, not the minutes",
  "captions.kept": "Only for those present, for reference, not the minutes; nothing is kept after the session.",
  "captions.error.rate_limited": "That was fast. Please wait a few seconds.",
  "captions.error.conflict": "You were moved just now. Look who reads this, then send.",
  "captions.error.not_found": "This person has just left here. Not shown.",
  "captions.error.bad_request": "There are characters that cannot be shown. Please change them.",
  "captions.error.other": "Not shown. What you wrote is still here; tap again.",
};

export default messages;
