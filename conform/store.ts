/** Where are recordings kept? `conform/recordings/KERNEL/SCENARIO.json`, each as its schema has it. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { writeWhole } from "../checker/text/files.ts";
import type { Recording } from "./recording/recording.ts";

const FOLDER = join(import.meta.dirname, "recordings");
const SCHEMA = join(import.meta.dirname, "../schema/recording.schema.json");

/** The schema, compiled once. */
const validator = (() => {
  let made: ValidateFunction | null = null;
  return (): ValidateFunction => {
    made ??= new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync(SCHEMA, "utf8")));
    return made;
  };
})();

/** What is wrong with data that is to be a recording; empty where nothing is. */
export function recordingProblems(data: unknown): readonly string[] {
  const validate = validator();
  validate(data);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || "/"} ${message}`);
}

/** "6.18.15/refill-nmi-allocates", in order. */
export const recordingNames = (): readonly string[] =>
  readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.replaceAll("\\", "/").slice(0, -".json".length))
    .sort();

const pathOf = (name: string): string => join(FOLDER, `${name}.json`);

export const isRecorded = (name: string): boolean => existsSync(pathOf(name));

/** Reads one. Throws where there is none, or where it is none. */
export function readRecording(name: string): Recording {
  if (!isRecorded(name))
    throw new Error(`no recording "${name}"; there are ${recordingNames().join(", ") || "none yet"}`);
  const data = JSON.parse(readFileSync(pathOf(name), "utf8")) as unknown;
  const problems = recordingProblems(data);
  if (problems.length > 0) throw new Error(`${name} is no recording: ${problems.slice(0, 3).join("; ")}`);
  return data as Recording;
}

/** A step a line: short, and a difference between two recordings can be read. */
export function writeRecording(recording: Recording): string {
  const name = `${recording.kernel}/${recording.scenario}`;
  const problems = recordingProblems(recording);
  if (problems.length > 0) throw new Error(`what was recorded is no recording: ${problems.slice(0, 3).join("; ")}`);
  const lines = (all: readonly unknown[], by: string): string =>
    all.map((one) => `${by}${JSON.stringify(one)}`).join(",\n");
  const { base, cuts, ...rest } = recording;
  const head = JSON.stringify(rest, null, 2).replace(/\n}$/, "");
  const shown = cuts.map(
    ({ after, at, steps }) =>
      `    {\n      "after": ${after},\n      "at": ${JSON.stringify(at)},\n      "steps": [\n${lines(steps, "        ")}\n      ]\n    }`,
  );
  const text = `${head},\n  "base": [\n${lines(base, "    ")}\n  ],\n  "cuts": [\n${shown.join(",\n")}\n  ]\n}\n`;
  mkdirSync(dirname(pathOf(name)), { recursive: true });
  writeWhole(pathOf(name), text);
  return name;
}
