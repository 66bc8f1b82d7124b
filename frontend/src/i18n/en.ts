import arrival from "./en/arrival";
import captions from "./en/captions";
import common from "./en/common";
import conduct from "./en/conduct";
import exhibits from "./en/exhibits";
import offers from "./en/offers";
import originals from "./en/originals";
import party from "./en/party";
import rehearsal from "./en/rehearsal";
import self from "./en/self";
import talk from "./en/talk";
import type { Messages } from "./zh-CN";

const messages: Messages = {
  ...common,
  ...party,
  ...conduct,
  ...talk,
  ...arrival,
  ...exhibits,
  ...offers,
  ...originals,
  ...rehearsal,
  ...self,
  ...captions,
};
export default messages;
