import arrival from "./en/arrival";
import common from "./en/common";
import conduct from "./en/conduct";
import court from "./en/court";
import exhibits from "./en/exhibits";
import offers from "./en/offers";
import party from "./en/party";
import staff from "./en/staff";
import talk from "./en/talk";
import type { Messages } from "./zh-CN";

const messages: Messages = {
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
export default messages;
