/** `nolock check`: answers one spec, or all of them. */
import { refuseNoRow } from "../answer/another.ts";
import { type CheckOptions, checking } from "../answer/check.ts";
import { askingAll } from "../answer/evaluated.ts";
import { SHORTEST } from "../answer/fewest-switches.ts";
import { type Arguments, NAMES, type Options, oneSpec } from "../cli/arguments.ts";
import { attend } from "../cli/attend.ts";
import { changesByProperties, changesOf } from "../cli/changes.ts";
import { CHECKPOINT, checkpointOf, sayWhatIsKept, withKept } from "../cli/checkpoints.ts";
import { command } from "../cli/command.ts";
import type { Environment } from "../cli/environment.ts";
import { tryOutputs } from "../cli/outputs.ts";
import { SEARCH, searchOptions } from "../cli/search-options.ts";
import { findSpec } from "../cli/specs.ts";
import { filesOf, refuseFormat, tell, toldOf } from "../cli/tell.ts";
import { saveCounterexample } from "../cli/traces.ts";
import { factsOfTree } from "../cli/tree.ts";
import { readEntries } from "../crosscheck/agreement.ts";
import { FORMAT_NAMES, FORMATS, FORMATS_OF_ALL } from "../report/formats/index.ts";
import { type Loaded, loadSpec } from "../spec/load.ts";
import { NOT_A_PROPERTY } from "../spec/names.ts";
import { mendName, SpecError } from "../spec/problems.ts";
import { SIZES } from "../spec/spec.ts";
import { EXIT } from "../spec/verdict.ts";
import { checkAll } from "./check-all.ts";

const ANSWER = "What is shown, and where it goes";

const OPTIONS = {
  all: {
    kind: "flag",
    help: "every spec of specs/, a line for each",
    not: [NAMES, "set", "show", "shortest", "eval", "another", "save-trace", "json", "html", "trace", "tree"],
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
    help: 'another setting, "version" or "variants" (a,b); may be repeated. What the spec expects is then not compared',
  },
  properties: {
    kind: "text",
    value: "A,B",
    help: 'check these instead of those that the spec asks; "all": every rule of the model. With --all: where they apply',
  },
  "explore-all": {
    kind: "flag",
    help: 'go on past violations, as with an "expect"',
  },
  ...SEARCH,
  ...CHECKPOINT,
  show: { kind: "text", value: "PROPERTY", group: ANSWER, help: "whose counterexample to show" },
  shortest: {
    kind: SHORTEST,
    value: "WHAT",
    group: ANSWER,
    help: "the one with the fewest steps (default), or switches: of task or CPU, then interrupts that begin, then steps",
  },
  another: {
    kind: "texts",
    value: "ROW",
    group: ANSWER,
    help: "a counterexample that does not pass it; any: some row",
    not: ["shortest"],
    mend: "it is the one of fewest steps",
  },
  eval: {
    kind: "texts",
    value: "EXPR",
    group: ANSWER,
    help: "what an expression was along it, as `print` writes it",
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
  tree: {
    kind: "text",
    value: "DIR",
    group: ANSWER,
    help: "say whether the answer's rows match a kernel tree",
  },
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
    "Ctrl-C ends a search with what it has seen; a second one at once.",
    "Exit status: 0 as the spec expects (holds, where it expects nothing); 10 vacuous, 11 deadlock, 12 violated, 13 no progress, 14 model error, 3 incomplete; 1 another result than expected, in verdict or pinned count; 2 a spec or a command line that cannot be understood; 70 a fault of the checker.",
  ],
  run: async (line, env) => {
    const { options, words } = withKept(line.words, line.options);
    refuseFormat(options);
    if (options.all) return checkAll(checkOptions(options), options, env);
    return checkOne(oneSpec("check", words), line.words.length > 0 ? "user" : "file", options, env);
  },
});

/** `by`: who named the spec; of one that only a checkpoint names, nobody has seen where it is. */
async function checkOne(word: string, by: "user" | "file", options: Asked, env: Environment): Promise<number> {
  const asked = checkOptions(options);
  const file = findSpec(word, env.folders, by);
  const changes = [...changesOf(options.set), ...changesByProperties(options.properties)];
  const loaded = await loadSpec(file, env.builtins, changes);
  if (options.show !== undefined) refuseUnknown(options.show, loaded);
  askingAll(loaded.system, options.eval);
  refuseNoRow(loaded.system, options.another);
  const trace = options["save-trace"];
  const { files, pages } = filesOf(options);
  tryOutputs({ files: { ...files, "--save-trace": trace }, pages, read: [file.path] });
  const tree = options.tree === undefined ? undefined : await factsOfTree(options.tree, loaded, env.folders);
  const began = new Date();
  const checkpoint = checkpointOf(word, options, loaded.system, env);
  try {
    const kept = checkpoint ? { checkpoint } : {};
    const { found } = await attendedCheck(loaded, { ...asked, ...kept, together: true }, options.quiet, env);
    if (checkpoint) sayWhatIsKept(checkpoint, found, env);
    const entries = readEntries(env.folders.results, env.complain);
    const saving = trace === undefined ? [] : [() => saveCounterexample(trace, found, env)];
    const told = toldOf(loaded, found, began, entries, options, env, tree);
    const status = await tell(told, began, options, env, saving);
    return checkpoint?.isRefused && status === EXIT.asExpected ? EXIT.unwritten : status;
  } finally {
    checkpoint?.end();
  }
}

/** Checks a spec; whoever sits before the terminal sees how far it is, and can end it. */
const attendedCheck = (loaded: Loaded, options: CheckOptions, quiet: boolean, { attendance }: Environment) =>
  attend((signal) => checking(loaded, { ...options, signal }), attendance, quiet);

const checkOptions = (options: Asked): CheckOptions => ({
  ...searchOptions(options),
  ...(options["explore-all"] ? { exploreAll: true } : {}),
  ...(options.show === undefined ? {} : { show: options.show }),
  ...(options.shortest === undefined ? {} : { shortest: options.shortest }),
  ...(options.another.length === 0 ? {} : { another: options.another }),
  ...(options.eval.length === 0 ? {} : { evaluate: options.eval }),
});

function refuseUnknown(show: string, { spec }: Loaded): void {
  const known = [...spec.properties, ...NOT_A_PROPERTY];
  if (known.includes(show)) return;
  const what = `"${show}" is not among the properties of ${spec.name}`;
  throw new SpecError([{ where: "--show", what, mend: mendName(show, known, "property") }]);
}
