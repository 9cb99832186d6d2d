/** The later bugs, one table: who shows each, with how little, and who holds once it is mended. Read off searches of specs. */
import { type Recorded, searchedSpecs } from "../cli/records.ts";
import { allSpecs } from "../cli/specs.ts";
import { release } from "../ledger/words.ts";
import type { Bug } from "../spec/bug.ts";
import { mendName, SpecError } from "../spec/problems.ts";
import { markdownTable, plain } from "../text/table.ts";
import { count } from "../text/wrap.ts";
import { filesAlone, type Publication } from "./publication.ts";

const FILE = "bugs.md";

export const bugs: Publication = {
  name: "bugs",
  about: "bugs.md: each public bug, the specs that show it and with how little, and those that hold once it is mended",
  owns: () => [FILE],
  make: async ({ env }) => {
    const tables = await Promise.all(
      Object.values(env.builtins).map(async (load) => (await load()).default.bugs ?? {}),
    );
    const all: Readonly<Record<string, Bug>> = Object.assign({}, ...tables);
    const named = [...new Set(Object.values(all).flatMap(({ shown, mended }) => [...shown, ...mended]))];
    refuseUnknown(named, all, allSpecs(env.folders));
    if (Object.keys(all).length === 0) return filesAlone(new Map());
    const { searched, missing, cutShort } = await searchedSpecs(env, named);
    const specs = new Map(searched.map((one) => [one.spec.name, one]));
    return {
      files: new Map(cutShort ? [] : [[FILE, page(all, specs)]]),
      said: [],
      problems: cutShort ? [] : Object.entries(all).flatMap(([id, bug]) => problemsOf(id, bug, specs)),
      isPart: missing.length > 0,
      cutShort,
    };
  },
};

function refuseUnknown(named: readonly string[], all: Readonly<Record<string, Bug>>, known: readonly string[]): void {
  const problems = named
    .filter((name) => !known.includes(name))
    .map((name) => {
      const [id = ""] = Object.entries(all).find(([, bug]) => [...bug.shown, ...bug.mended].includes(name)) ?? [];
      return { where: `bug ${id}`, what: `no spec is called "${name}"`, mend: mendName(name, known, "spec") };
    });
  if (problems.length > 0) throw new SpecError(problems);
}

/** What keeps the table from being believed: a spec that does not give what it pins, or not what its column says. */
function problemsOf(id: string, bug: Bug, specs: ReadonlyMap<string, Recorded>): string[] {
  const found = (names: readonly string[]) => names.flatMap((name) => specs.get(name) ?? []);
  return [
    ...(bug.shown.length === 0 && bug.notShown === undefined ? [`${id}: no spec shows it, and nobody says why`] : []),
    ...found([...bug.shown, ...bug.mended])
      .filter(({ record }) => record.differences.length > 0)
      .map(({ spec: { name } }) => `${id}: ${name}: its search is not what it pins. Run \`npm run check -- ${name}\``),
    ...found(bug.shown)
      .filter(({ record }) => Object.keys(record.violated).length === 0)
      .map(({ spec, record }) => `${id}: ${spec.name} is to show it, and violates nothing (${record.verdict})`),
    ...found(bug.mended)
      .filter(({ record }) => record.verdict !== "holds")
      .map(({ spec, record }) => `${id}: ${spec.name} is to hold with it mended, and does not (${record.verdict})`),
  ];
}

const INTRO = `Written by \`npm run results -- bugs\`, never by hand, from \`model/bugs.ts\` and the searches of the specs. Violated: each
property with the steps of its shortest trace. Needed: the fewest contexts that show one of them, on how many CPUs, and at how
many rows of what is below it each frame must come, of those at which it may. In brackets the version that a spec asks.`;

const link = ({ spec }: Recorded): string => `[${plain(spec.name)}](${spec.name}.txt)${release(spec)}`;

function page(all: Readonly<Record<string, Bug>>, specs: ReadonlyMap<string, Recorded>): string {
  const found = (names: readonly string[]) => names.flatMap((name) => specs.get(name) ?? []);
  const rows = Object.entries(all).flatMap(([id, bug]) => {
    const { about, source, fix, shown, mended, notShown } = bug;
    const holding = found(mended).map(link).join(", ");
    const first = [id, plain(about), plain(source)];
    const last = [plain(fix), holding || "-"];
    if (shown.length === 0) return [[...first, `not shown: ${plain(notShown ?? "")}`, "-", "-", ...last]];
    return found(shown).map((one, i) => {
      const cells = [link(one), violated(one), needed(one)];
      const more = notShown === undefined || i > 0 ? "" : `; not shown: ${plain(notShown)}`;
      return i === 0 ? [...first, `${cells[0]}${more}`, ...cells.slice(1), ...last] : ["", "", "", ...cells, "", ""];
    });
  });
  const columns = ["bug", "what", "source", "shown by", "violated", "needed", "mend", "holds with it"];
  return `${["# Bugs", INTRO, markdownTable(columns, rows)].join("\n\n")}\n`;
}

const violated = ({ record }: Recorded): string =>
  Object.entries(record.violated)
    .map(([name, steps]) => `${name}: ${count(steps)}`)
    .join(", ");

/** "S7: 2 contexts (task, nmi) on 1 CPU, 63 steps; window 5 of 42 rows". */
function needed({ record: { together } }: Recorded): string {
  if (!together) return "-";
  const { property, steps, kinds, lanes, isLeast, windows } = together;
  const where = lanes > 0 ? ` on ${lanes} CPU${lanes === 1 ? "" : "s"}` : "";
  const rows = (windows ?? []).filter(([open]) => open > 0).map(([open, of]) => `${open} of ${of}`);
  const window = windows === null ? "; window not counted" : rows.length > 0 ? `; window ${rows.join(", ")} rows` : "";
  const who = `${kinds.length} context${kinds.length === 1 ? "" : "s"} (${plain(kinds.join(", "))})`;
  return `${property}: ${isLeast ? "" : "at most "}${who}${where}, ${count(steps)} steps${window}`;
}
