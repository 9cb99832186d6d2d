/** What do the specs of a folder ask, and what is the answer? A README for each folder of `specs/`. */
import { CutShort } from "../cli/progress.ts";
import type { Recorded } from "../cli/records.ts";
import { allSpecs } from "../cli/specs.ts";
import { splitTwin } from "../spec/twins.ts";
import { markdownTable, plain } from "../text/table.ts";
import { wrap } from "../text/wrap.ts";
import type { Publication } from "./publication.ts";

const folderOf = (name: string): string => name.slice(0, name.lastIndexOf("/") + 1).replace(/\/$/, "");
const baseOf = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
const up = (folder: string): string => "../".repeat(folder.split("/").length + 1);

export const questions: Publication = {
  name: "questions",
  about: "specs/FOLDER/README.md: what the specs of each folder ask, and what is the answer",
  owns: () => [],
  make: async ({ env, searched: lookUp }) => {
    const { searched, missing, cutShort } = await lookUp();
    // A table of a part would look like a table of all.
    if (cutShort) throw new CutShort(cutShort.done, cutShort.of);
    const folders = [...new Set(allSpecs(env.folders).map(folderOf))].filter((folder) => folder !== "");
    const files = folders.map((folder): [string, string] => {
      const inIt = searched.filter(({ spec }) => folderOf(spec.name) === folder);
      return [
        `../specs/${folder}/README.md`,
        page(
          folder,
          inIt,
          missing.filter((name) => folderOf(name) === folder),
        ),
      ];
    });
    return { files: new Map(files), said: [], problems: [], isPart: missing.length > 0, cutShort: null };
  },
};

function page(folder: string, searched: readonly Recorded[], missing: readonly string[]): string {
  const about = searched.map(({ spec }) => spec.model.subjects?.[folder]).find((text) => text !== undefined);
  const intro =
    "Written by `npm run results -- questions`, never by hand. A twin, NAME@SETTING, is the same question with that setting.";
  const rows = searched.map(({ spec, record: { verdict, violated } }) => {
    const name = baseOf(spec.name);
    const { file } = splitTwin(name);
    return [
      `[${name}](${file}.json)`,
      plain(spec.question),
      [verdict, Object.keys(violated).join(", ")].filter((text) => text !== "").join(": "),
      `[report](${up(folder)}results/${spec.name}.txt)`,
    ];
  });
  return [
    `# ${folder}`,
    "",
    ...(about === undefined ? [] : [...wrap(about, { width: 80 }), ""]),
    ...wrap(intro, { width: 80 }),
    "",
    markdownTable(["spec", "question", "answer", "report"], rows),
    "",
    ...missing.flatMap((name) => [
      ...wrap(`${baseOf(name)}: large, and not searched as it is today.`, { width: 80 }),
      "",
    ]),
  ].join("\n");
}
