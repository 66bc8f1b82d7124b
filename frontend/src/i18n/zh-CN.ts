import arrival from "./zh-CN/arrival";
import captions from "./zh-CN/captions";
import common from "./zh-CN/common";
import conduct from "./zh-CN/conduct";
import exhibits from "./zh-CN/exhibits";
import offers from "./zh-CN/offers";
import originals from "./zh-CN/originals";
import party from "./zh-CN/party";
import rehearsal from "./zh-CN/rehearsal";
import self from "./zh-CN/self";
import talk from "./zh-CN/talk";

const messages = {
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

/** What everybody reads. Chinese is the source: its keys are the keys. */
export type Messages = Record<keyof typeof messages, string>;
export default messages;
