/** `nolock check`: answers one spec, or all of them. */
import { type CheckOptions, checking } from "../answer/check.ts";
import { SHORTEST } from "../answer/fewest.ts";
import { type Arguments, oneSpec, readArguments } from "../cli/arguments.ts";
import { attend } from "../cli/attend.ts";
import { changesOf } from "../cli/changes.ts";
import { type Environment, goOn } from "../cli/environment.ts";
import { tryOutputs } from "../cli/outputs.ts";
import { allSpecs, findSpec, specNamed, specsOfSize } from "../cli/specs.ts";
import { collectAll, filesOf, formatsHelp, refuseFormat, tell, toldOf } from "../cli/tell.ts";
import { replayTrace, saveCounterexample } from "../cli/traces.ts";
import { readEntries } from "../crosscheck/agreement.ts";
import { ENGINES, MOST_WORKERS } from "../engine/run.ts";
import { recheck } from "../reduction/walk.ts";
import { FORMAT_NAMES } from "../report/formats/index.ts";
import { type Loaded, loadQuestion, loadSpec } from "../spec/load.ts";
import { NOT_A_PROPERTY } from "../spec/names.ts";
import { mendName, SpecError } from "../spec/problems.ts";
import { SIZES } from "../spec/spec.ts";
import { EXIT, exitStatus } from "../spec/verdict.ts";
import { explainName } from "./explain.ts";
import { growSpec } from "./grow.ts";
import { swapStores, swapStoresInAll } from "./swap-stores.ts";

export const checkHelp = `Usage: npm run check -- SPEC [options]      SPEC: a name of specs/, or a path
       npm run check -- --all [--size large]
       npm run check -- --list
       npm run check -- --explain [NAME]

  --all               check every spec of specs/, a line for each
  --size ci|large     with --all: those of this size (default: ci)
  --list              list the specs and their questions
  --set KEY=VALUE     ask the spec with another setting, "version" or
                      "variants" (a,b); may be repeated. What the spec
                      expects is then not compared
  --grow              ask the spec again with each bound one larger, one at
                      a time: does anything new appear?
  --swap-stores       ask the spec again with two adjacent stores exchanged, as
                      a compiler may, one pair at a time: is the answer the
                      same? With --all: every spec
  --explore-all       go on past violations and explore the whole graph
                      (so it is where the spec has an "expect")
  --max-states N      give up after N states: incomplete, never "holds"
  --max-depth N       give up after N steps: incomplete, never "holds"
  --por on|off        follow only what must be followed (partial order: the
                      same verdict, fewer states); default: on as soon as
                      the whole graph has more than 250,000 states, but
                      off where its counts are compared or asked for
                      (--explore-all)
  --symmetry on|off   of states that differ only by the names of elements of
                      interchangeable sets look at one (the same verdict,
                      fewer states); default: as for --por
  --check-reduction   walk the whole graph by the reference and ask at each
                      step whether what the reductions rest on is true; of
                      more than 50,000 states, or --max-states, only those
                      near the first one and as many that walks at random
                      come through
  --engine NAME       wasm, js or reference: the same answer from code
                      generated as WebAssembly (default) or as
                      JavaScript, or from the reference
  --memory SIZE       what the engine may use, 512M or 2G (default: 3/4 of
                      what is free): then it gives up: incomplete
  --workers N         threads of the WebAssembly engine (default: one for
                      each core); they start when a level is large
  --show PROPERTY     whose counterexample to show
  --shortest WHAT     show the counterexample with the fewest steps (default)
                      or switches: of task or CPU, then interrupts and hooks
                      that begin, then steps; unreduced, up to a limit
  --trace full|short  every step with all that it changed, or the
                      scenario and what changed (default)
  --explain NAME      what a property, claim, design, version, variant,
                      function or row ("function: row") means, how it
                      reads formally, and which specs decide it; without
                      a NAME: what may be explained, and asked
  --format NAME       print the outcome in another form than text; with
                      --all: junit or sarif, one document for all
${formatsHelp}
  --out FILE          write it there, and print the text, too
  --html FILE         write the outcome as a page, too, as \`report\` does
  --save-trace FILE   write the counterexample that is shown as a trace
  --replay FILE       take the steps of a saved trace again, of SPEC or of the
                      spec that it names, and say what they show: exit
                      status 0 where that is what it was saved for, else 1
  --json FILE         write the outcome as JSON, too ("-": only that)
  --trust-model       run the model file that a spec names, wherever it is (of
                      any command). Without, it must lie beside a spec that
                      you named, below this folder, or in the package: a
                      spec that names a file as its model has that file run
  --quiet             do not say how far a long search is

A search that takes long says so on the terminal. Ctrl-C ends it with what
it has seen (incomplete, unless a violation is known); a second one at once.

Exit status: 0 as the spec expects (holds, where it expects nothing);
10 vacuous, 11 deadlock, 12 violated, 13 no progress, 14 model error,
3 incomplete; 1 holds where a violation was expected, or the verdict is
as expected and a pinned count is not; 2 a spec or a command line that
cannot be understood; 70 a fault of the checker itself.
`;

const OPTIONS = {
  all: "flag",
  size: SIZES,
  list: "flag",
  help: "flag",
  grow: "flag",
  "swap-stores": "flag",
  "explore-all": "flag",
  set: "texts",
  "max-states": "count",
  "max-depth": "count",
  por: ["on", "off"],
  symmetry: ["on", "off"],
  "check-reduction": "flag",
  engine: ENGINES,
  memory: "size",
  workers: "count",
  show: "text",
  shortest: SHORTEST,
  trace: ["short", "full"],
  explain: "maybe",
  format: FORMAT_NAMES,
  out: "text",
  json: "text",
  html: "text",
  "save-trace": "text",
  replay: "text",
  quiet: "flag",
} as const;

type Asked = Arguments<typeof OPTIONS>["options"];

export async function checkCommand(args: readonly string[], env: Environment): Promise<number> {
  const { options, words } = readArguments("check", args, OPTIONS);
  if (options.help) {
    env.print(checkHelp);
    return EXIT.asExpected;
  }
  if (options.explain !== undefined) return explainName(options.explain, args, env);
  refuseFormat(options);
  if ((options.workers ?? 0) > MOST_WORKERS)
    throw new SpecError([
      {
        where: "--workers",
        what: `${options.workers} is more than ${MOST_WORKERS}`,
        mend: "one for each core is enough",
      },
    ]);
  if (options.list || options.all) {
    refuseMixing(options, words);
    if (options.list) return listSpecs(env);
    if (!options["swap-stores"]) return checkAll(env, options);
    return swapStoresInAll(options.size ?? "ci", searchOptions(options), options.quiet, env);
  }
  if (options.size !== undefined)
    throw new SpecError([
      { where: "--size", what: "it goes with --all", mend: "a spec says itself of which size it is" },
    ]);
  if (options.replay !== undefined) return replayTrace(options.replay, words, options, env);
  const file = findSpec(oneSpec("check", words), env.folders);
  const loaded = await loadSpec(file, env.builtins, changesOf(options.set));
  if (options.show !== undefined) refuseUnknown(options.show, loaded);
  if (options.grow) return growSpec(loaded, searchOptions(options), options.quiet, env);
  if (options["swap-stores"]) return swapStores(loaded, searchOptions(options), options.quiet, env);
  if (options["check-reduction"]) return checkReduction(loaded, options["max-states"] ?? 50_000, env);
  const trace = options["save-trace"];
  const { files, pages } = filesOf(options);
  tryOutputs({ files: { ...files, "--save-trace": trace }, pages, read: [file.path] });
  const began = new Date();
  const { found } = await attendedCheck(loaded, options, env);
  const entries = readEntries(env.folders.results, env.complain);
  const saving = trace === undefined ? [] : [() => saveCounterexample(trace, found, env)];
  return tell(toldOf(loaded, found, began, entries, options, env), began, options, env, saving);
}

/** Checks a spec; whoever sits before the terminal sees how far it is, and can end it. */
const attendedCheck = (loaded: Loaded, options: Asked, { attendance }: Environment) =>
  attend((signal) => checking(loaded, { ...searchOptions(options), signal }), attendance, options.quiet);

/** Whether what the reduction rests on is true; where it is not the checker is at fault, not the model. */
function checkReduction({ source, system }: Loaded, maxStates: number, env: Environment): number {
  const { states, steps, alone, complete, problems } = recheck(system, maxStates);
  env.print(
    `${source}: ${states} states${complete ? "" : " (not all)"}, ${steps} steps, ${alone} states where a context may go on alone: ${problems.length === 0 ? "all that the reduction rests on is true" : "THE REDUCTION IS WRONG"}\n`,
  );
  for (const problem of problems) env.complain(`${problem}\n`);
  if (problems.length > 0) return EXIT.fault;
  return complete ? EXIT.asExpected : exitStatus("incomplete", "holds", true);
}

const searchOptions = (options: Asked): CheckOptions => ({
  ...(options["explore-all"] ? { exploreAll: true } : {}),
  ...(options["max-states"] === undefined ? {} : { maxStates: options["max-states"] }),
  ...(options["max-depth"] === undefined ? {} : { maxDepth: options["max-depth"] }),
  ...(options.por === undefined ? {} : { por: options.por === "on" }),
  ...(options.symmetry === undefined ? {} : { symmetry: options.symmetry === "on" }),
  ...(options.engine === undefined ? {} : { engine: options.engine }),
  ...(options.memory === undefined ? {} : { memory: options.memory }),
  ...(options.workers === undefined ? {} : { workers: options.workers }),
  ...(options.show === undefined ? {} : { show: options.show }),
  ...(options.shortest === undefined ? {} : { shortest: options.shortest }),
});

/** What is about one spec cannot go with `--all` or `--list`. */
function refuseMixing(
  { all, list, set, show, shortest, "save-trace": saveTrace, replay, json, html, trace, size, grow, ...rest }: Asked,
  words: readonly string[],
): void {
  const where = list ? "--list" : "--all";
  const given = {
    "--set": set.length > 0,
    "--show": show,
    "--shortest": shortest,
    "--save-trace": saveTrace,
    "--replay": replay,
    "--json": json,
    "--html": html,
    "--trace": trace,
    "--all": list && all,
    "--grow": grow,
    "--swap-stores": list && rest["swap-stores"],
    "--size": list && size,
  };
  const mixed = [...words, ...Object.entries(given).flatMap(([name, value]) => (value ? [name] : []))];
  if (mixed.length === 0) return;
  throw new SpecError([
    { where, what: `it does not go with ${mixed.join(", ")}`, mend: `name one spec, or give ${where} alone` },
  ]);
}

function refuseUnknown(show: string, { spec }: Loaded): void {
  const known = [...spec.properties, ...NOT_A_PROPERTY];
  if (known.includes(show)) return;
  const what = `"${show}" is not among the properties of ${spec.name}`;
  throw new SpecError([{ where: "--show", what, mend: mendName(show, known, "property") }]);
}

async function listSpecs(env: Environment): Promise<number> {
  const names = allSpecs(env.folders);
  const width = Math.max(...names.map((name) => name.length));
  let status: number = EXIT.asExpected;
  for (const name of names) {
    goOn(env);
    try {
      const spec = await loadQuestion(specNamed(name, env.folders), env.builtins);
      env.print(`${name.padEnd(width)}  ${spec.size === "large" ? "(large) " : ""}${spec.question}\n`);
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      env.complain(`${error.message}\n`);
      status = EXIT.badInput;
    }
  }
  return status;
}

async function checkAll(env: Environment, options: Asked): Promise<number> {
  const names = specsOfSize(env.folders, options.size ?? "ci");
  tryOutputs(filesOf(options));
  const entries = readEntries(env.folders.results, env.complain);
  const width = Math.max(...names.map((name) => name.length));
  const report = collectAll(options, env);
  let passed = 0;
  let bad = 0;
  for (const name of names) {
    if (options.out === undefined) goOn(env);
    try {
      const loaded = await loadSpec(specNamed(name, env.folders), env.builtins);
      const began = new Date();
      const { found, interrupted } = await attendedCheck(loaded, options, env);
      const told = toldOf(loaded, found, began, entries, options, env);
      const { verdict, result, spec, differences } = found;
      const asExpected = told.status === EXIT.asExpected;
      if (asExpected) passed += 1;
      const expected = asExpected ? "as expected" : `NOT AS EXPECTED (${spec.expect?.verdict ?? "holds"})`;
      const counts = `${result.states} states, ${result.transitions} transitions, depth ${result.depth}`;
      const seconds = `${told.seconds.toFixed(1)} s`;
      report.print(`${name.padEnd(width)}  ${verdict.padEnd(11)}  ${expected}; ${counts}; ${seconds}\n`);
      for (const line of differences ?? []) report.print(`${" ".repeat(width)}  ${line}\n`);
      report.add(told);
      if (interrupted) {
        const rest = names.slice(names.indexOf(name) + 1);
        report.print(`interrupted: ${rest.length} of ${names.length} specs were not asked\n`);
        for (const one of rest)
          report.addBad(one, [{ where: one, what: "it was not asked: interrupted", mend: "check it again" }]);
        return report.end(exitStatus("incomplete", "holds", true));
      }
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      env.complain(`${error.message}\n`);
      report.addBad(name, error.problems);
      bad += 1;
    }
  }
  report.print(`${names.length} specs: ${passed} as expected, ${names.length - passed - bad} not, ${bad} bad\n`);
  return report.end(bad > 0 ? EXIT.badInput : passed === names.length ? EXIT.asExpected : EXIT.differs);
}
