/** `nolock check`: answers one spec, or all of them. */
import { type CheckOptions, checking } from "../answer/check.ts";
import { SHORTEST } from "../answer/fewest-switches.ts";
import { type Arguments, NAMES, type Options, oneSpec } from "../cli/arguments.ts";
import { attend } from "../cli/attend.ts";
import { changesByProperties, changesOf } from "../cli/changes.ts";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { tryOutputs } from "../cli/outputs.ts";
import { SEARCH, searchOptions } from "../cli/search-options.ts";
import { findSpec } from "../cli/specs.ts";
import { filesOf, refuseFormat, tell, toldOf } from "../cli/tell.ts";
import { saveCounterexample } from "../cli/traces.ts";
import { readEntries } from "../crosscheck/agreement.ts";
import { FORMAT_NAMES, FORMATS, FORMATS_OF_ALL } from "../report/formats/index.ts";
import { type Loaded, loadSpec } from "../spec/load.ts";
import { NOT_A_PROPERTY } from "../spec/names.ts";
import { mendName, SpecError } from "../spec/problems.ts";
import { SIZES } from "../spec/spec.ts";
import { checkAll } from "./check-all.ts";

const ANSWER = "What is shown, and where it goes";

const OPTIONS = {
  all: {
    kind: "flag",
    help: "every spec of specs/, a line for each",
    not: [NAMES, "set", "show", "shortest", "save-trace", "json", "html", "trace"],
    mend: "name one spec, or give --all alone",
  },
  size: {
    kind: SIZES,
    help: "with --all: those of this size (default: ci)",
    only: ["all"],
    mend: "a spec says itself of which size it is",
  },
  set: {
    kind: "texts",
    value: "KEY=VALUE",
    help: 'ask the spec with another setting, "version" or "variants" (a,b); may be repeated. What it expects is then not compared',
  },
  properties: {
    kind: "text",
    value: "A,B",
    help: 'check these instead of those that the spec asks; "all": every rule of the model. With --all: of every spec, where they say something of it',
  },
  "explore-all": {
    kind: "flag",
    help: 'go on past violations, to the whole graph (so it is where the spec has an "expect")',
  },
  ...SEARCH,
  show: { kind: "text", value: "PROPERTY", group: ANSWER, help: "whose counterexample to show" },
  shortest: {
    kind: SHORTEST,
    value: "WHAT",
    group: ANSWER,
    help: "the one with the fewest steps (default), or switches: of task or CPU, then interrupts that begin, then steps",
  },
  trace: { kind: ["short", "full"], group: ANSWER, help: "the scenario and what changed (default), or every step" },
  format: {
    kind: FORMAT_NAMES,
    value: "NAME",
    group: ANSWER,
    help: `print another form than text; with --all: ${FORMATS_OF_ALL.join(" or ")}, one document for all`,
    each: Object.fromEntries(FORMAT_NAMES.map((name) => [name, FORMATS[name].about])),
  },
  out: { kind: "text", value: "FILE", group: ANSWER, help: "write it there, and print the text, too" },
  html: { kind: "text", value: "FILE", group: ANSWER, help: "write a page, too, as `report` does" },
  json: { kind: "text", value: "FILE", group: ANSWER, help: 'write JSON, too ("-": print only that)' },
  "save-trace": { kind: "text", value: "FILE", group: ANSWER, help: "write the counterexample, for `replay`" },
} as const satisfies Options;

type Asked = Arguments<typeof OPTIONS>["options"];

export const checkCommand = command({
  name: "check",
  brief: "answer a spec, or all of them",
  usage: ["SPEC [options]      SPEC: a name of specs/, or a path", "--all [--size large]"],
  about: [],
  takesNames: true,
  options: OPTIONS,
  moved: {
    list: "npm run list",
    explain: "npm run explain -- NAME",
    replay: "npm run replay -- FILE [SPEC]",
    grow: "npm run grow -- SPEC",
    "swap-stores": "npm run swap-stores -- SPEC",
    "check-reduction": "npm run recheck -- SPEC",
  },
  ends: [
    "Ctrl-C ends a search with what it has seen (incomplete, unless a violation is known); a second one at once.",
    "Exit status: 0 as the spec expects (holds, where it expects nothing); 10 vacuous, 11 deadlock, 12 violated, 13 no progress, 14 model error, 3 incomplete; 1 another result than expected, in verdict or pinned count; 2 a spec or a command line that cannot be understood; 70 a fault of the checker.",
  ],
  run: ({ options, words }, env) => {
    refuseFormat(options);
    return options.all
      ? checkAll(checkOptions(options), options, env)
      : checkOne(oneSpec("check", words), options, env);
  },
});

async function checkOne(word: string, options: Asked, env: Environment): Promise<number> {
  const asked = checkOptions(options);
  const file = findSpec(word, env.folders);
  const changes = [...changesOf(options.set), ...changesByProperties(options.properties)];
  const loaded = await loadSpec(file, env.builtins, changes);
  if (options.show !== undefined) refuseUnknown(options.show, loaded);
  const trace = options["save-trace"];
  const { files, pages } = filesOf(options);
  tryOutputs({ files: { ...files, "--save-trace": trace }, pages, read: [file.path] });
  const began = new Date();
  const { found } = await attendedCheck(loaded, asked, options.quiet, env);
  const entries = readEntries(env.folders.results, env.complain);
  const saving = trace === undefined ? [] : [() => saveCounterexample(trace, found, env)];
  return tell(toldOf(loaded, found, began, entries, options, env), began, options, env, saving);
}

/** Checks a spec; whoever sits before the terminal sees how far it is, and can end it. */
const attendedCheck = (loaded: Loaded, options: CheckOptions, quiet: boolean, { attendance }: Environment) =>
  attend((signal) => checking(loaded, { ...options, signal }), attendance, quiet);

const checkOptions = (options: Asked): CheckOptions => ({
  ...searchOptions(options),
  ...(options["explore-all"] ? { exploreAll: true } : {}),
  ...(options.show === undefined ? {} : { show: options.show }),
  ...(options.shortest === undefined ? {} : { shortest: options.shortest }),
});

function refuseUnknown(show: string, { spec }: Loaded): void {
  const known = [...spec.properties, ...NOT_A_PROPERTY];
  if (known.includes(show)) return;
  const what = `"${show}" is not among the properties of ${spec.name}`;
  throw new SpecError([{ where: "--show", what, mend: mendName(show, known, "property") }]);
}
