import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../src/api";
import { keeperOf, NoteKeeper } from "../../src/staff/notes";
import type { Ask } from "../../src/talk/api";
import { forgetAll } from "../../src/ui/unsent";
import { stubTab } from "../ui/tab";

/** A server with one note, that can be out of reach or changed from elsewhere. */
class Server {
  text = "";
  revision = 0;
  failure: Error | null = null;
  saves = 0;

  readonly ask: Ask = async <T>(_path: string, body?: unknown) => {
    if (this.failure) throw this.failure;
    if (body === undefined) {
      const notes = [{ scope: "", text: this.text, revision: this.revision, saved_at: 1 }];
      return { notes: this.revision > 0 ? notes : [] } as T;
    }
    const { text, revision } = body as { text: string; revision: number };
    if (revision !== this.revision) throw refused("note_changed", 409, { revision: this.revision, text: this.text });
    this.text = text;
    this.revision += 1;
    this.saves += 1;
    return { revision: this.revision, saved_at: 2 } as T;
  };
}

function refused(code: string, status: number, extra = {}) {
  return new ApiError({ status, code, title: "", detail: "", words: null, extra });
}

async function opened(server: Server): Promise<NoteKeeper> {
  const keeper = new NoteKeeper(server.ask, "", "ses_1/pt_mediator");
  await keeper.load();
  return keeper;
}

beforeEach(() => {
  vi.useFakeTimers();
  stubTab();
  forgetAll();
});
afterEach(() => void vi.useRealTimers());

describe("a note", () => {
  it("is never shown to whoever signs in after its author on the same page", async () => {
    const mine = new Server();
    mine.text = "would go down to half";
    mine.revision = 3;
    const author = keeperOf("pt_mediator", "", mine.ask);
    await author.load();
    expect(author.value.value.text).toBe("would go down to half");
    const clerk = keeperOf("pt_clerk", "", new Server().ask);
    await clerk.load();
    expect(clerk.value.value.text).toBe("");
    expect(keeperOf("pt_mediator", "", mine.ask)).toBe(author);
  });

  it("is saved once after a pause in the typing, and says so", async () => {
    const server = new Server();
    const keeper = await opened(server);
    for (const text of ["先", "先谈", "先谈分期"]) {
      keeper.write(text);
      expect([keeper.value.value.state, keeper.unsaved]).toEqual(["typing", true]);
      await vi.advanceTimersByTimeAsync(300);
    }
    expect(server.saves).toBe(0);
    await vi.advanceTimersByTimeAsync(1000);
    expect([server.text, server.saves, keeper.value.value.state]).toEqual(["先谈分期", 1, "saved"]);
    expect(keeper.unsaved).toBe(false);
  });

  it("says that it is not saved while the server is out of reach, and tries again", async () => {
    const server = new Server();
    const keeper = await opened(server);
    server.failure = refused("network", 0);
    keeper.write("一");
    await vi.advanceTimersByTimeAsync(1000);
    expect(keeper.value.value.state).toBe("failed");
    server.failure = null;
    await vi.advanceTimersByTimeAsync(6000);
    expect([server.text, keeper.value.value.state]).toEqual(["一", "saved"]);
  });

  it("does not write over what another window saved until it is told to", async () => {
    const server = new Server();
    const [keeper, other] = [await opened(server), await opened(server)];
    other.write("那边");
    await vi.advanceTimersByTimeAsync(1000);
    keeper.write("这边");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(keeper.value.value).toMatchObject({ text: "这边", state: "changed", other: "那边" });
    keeper.write("这边!");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.text).toBe("那边");
    keeper.keepMine();
    await vi.advanceTimersByTimeAsync(1000);
    expect([server.text, keeper.value.value.state]).toEqual(["这边!", "saved"]);
  });

  it("saves what is left when the screen goes away", async () => {
    const server = new Server();
    const keeper = await opened(server);
    keeper.write("最后一句");
    keeper.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(server.text).toBe("最后一句");
  });

  it("that could not be saved is there after a reload, for its author alone, and is saved then", async () => {
    const server = new Server();
    const keeper = await opened(server);
    server.failure = refused("network", 0);
    keeper.write("只在这里");
    await vi.advanceTimersByTimeAsync(1000);
    vi.clearAllTimers(); // The page is gone.
    server.failure = null;
    const next = await opened(server);
    expect(next.value.value).toMatchObject({ text: "只在这里", state: "typing" });
    await vi.advanceTimersByTimeAsync(1000);
    expect([server.text, next.value.value.state]).toEqual(["只在这里", "saved"]);
    next.write("又在这里");
    vi.clearAllTimers();
    const clerk = new NoteKeeper(new Server().ask, "", "ses_1/pt_clerk");
    await clerk.load();
    expect(clerk.value.value.text).toBe("");
  });

  it("that was changed elsewhere before the reload waits for a decision, after every reload", async () => {
    const server = new Server();
    const keeper = await opened(server);
    server.failure = refused("network", 0);
    keeper.write("这边");
    vi.clearAllTimers();
    Object.assign(server, { text: "那边", revision: 1, failure: null });
    for (const text of ["这边", "这边!"]) {
      const next = await opened(server);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(next.value.value).toMatchObject({ text, state: "changed", other: "那边" });
      next.write("这边!");
      vi.clearAllTimers();
    }
    expect(server.text).toBe("那边");
  });

  it("is not overwritten with nothing when it could not be read", async () => {
    const server = new Server();
    Object.assign(server, { text: "旧的", revision: 3, failure: refused("network", 0) });
    const keeper = await opened(server);
    expect(keeper.value.value.state).toBe("unread");
    keeper.write("新的");
    server.failure = null;
    await vi.advanceTimersByTimeAsync(6000);
    expect(keeper.value.value).toMatchObject({ text: "旧的", state: "saved" });
    expect(server.text).toBe("旧的");
  });
});
