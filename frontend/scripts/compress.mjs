/** Packs the built files once, as small as they get, so that the server only hands them out (`room_server/api/assets.py`). */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const ASSETS = fileURLToPath(new URL("../dist/assets/", import.meta.url));
/** Below that, a packed file saves no packet. */
const WORTH_BYTES = 1000;

for (const name of readdirSync(ASSETS)) {
  const plain = readFileSync(join(ASSETS, name));
  if (!/\.(js|css|svg)$/.test(name) || plain.length < WORTH_BYTES) continue;
  const params = {
    [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  };
  writeFileSync(join(ASSETS, `${name}.br`), brotliCompressSync(plain, { params }));
  writeFileSync(join(ASSETS, `${name}.gz`), gzipSync(plain, { level: 9 }));
}
