import arrival from "./zh-CN/arrival";
import common from "./zh-CN/common";
import conduct from "./zh-CN/conduct";
import court from "./zh-CN/court";
import exhibits from "./zh-CN/exhibits";
import offers from "./zh-CN/offers";
import party from "./zh-CN/party";
import staff from "./zh-CN/staff";
import talk from "./zh-CN/talk";

const messages = {
  ...common,
  ...party,
  ...staff,
  ...court,
  ...conduct,
  ...talk,
  ...arrival,
  ...exhibits,
  ...offers,
};

/** Chinese is the source: its keys are the keys. */
export type Messages = Record<keyof typeof messages, string>;
export default messages;
