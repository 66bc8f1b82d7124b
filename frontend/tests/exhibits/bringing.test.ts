import { beforeEach, expect, it, vi } from "vitest";
import { bringingScope, choose, chosenFile, EMPTY } from "../../src/exhibits/bringing";
import { fromSnapshot } from "../../src/room/state";
import { begun, forget, forgetAll, keep } from "../../src/ui/unsent";
import { caucus, person, snapshot } from "../room/sample";
import { stubTab } from "../ui/tab";

const joint = bringingScope(fromSnapshot(snapshot(), 1000));
const apart = bringingScope(
  fromSnapshot(snapshot({ caucuses: [caucus()], participants: [person("me", { caucus_id: "c1" })] }), 1000),
);
const clerk = bringingScope(fromSnapshot(snapshot({ me: "clerk" }), 1000));
const payslip = new File(["pages"], "工资表.pdf");

beforeEach(() => {
  stubTab();
  forgetAll();
});

it("keeps the file while the page is there, each in its place", () => {
  choose(joint, payslip, "工资表");
  keep(apart, EMPTY);
  expect([chosenFile(joint), chosenFile(apart)]).toEqual([payslip, null]);
  keep(joint, { ...EMPTY, ...begun(joint), holds: ["sensitive_medical"] });
  expect(chosenFile(joint), "what else is filled in does not change it").toBe(payslip);
});

it("says after a reload which file has to be chosen again, with all the rest", async () => {
  choose(joint, payslip, "工资表");
  vi.resetModules();
  const page = await import("../../src/exhibits/bringing");
  const { begun: kept } = await import("../../src/ui/unsent");
  expect(page.chosenFile(joint)).toBeNull();
  expect(kept(joint)).toEqual({ title: "工资表", holds: [], file: { name: "工资表.pdf", size: 5 } });
});

it("is gone with the form, with another person, and when another is chosen that is not taken", () => {
  choose(joint, payslip, "工资表");
  forget(joint.name);
  expect(chosenFile(joint)).toBeNull();
  keep(joint, { ...EMPTY, file: { name: "工资表.pdf", size: 5 } });
  expect(chosenFile(joint), "it is not there again with the next form").toBeNull();
  choose(joint, payslip, "工资表");
  expect(chosenFile(clerk)).toBeNull();
  choose(joint, payslip, "工资表");
  choose(joint, null, "工资表");
  expect([chosenFile(joint), begun(joint)?.file]).toEqual([null, null]);
});
