/** Kernel trees: from which C a version of a model was written, and whether what an answer stands on is in a tree. */
import { join } from "node:path";
import { driftOf } from "../drift/drift.ts";
import { functionsOf } from "../drift/functions.ts";
import { type Recorded, readRecorded } from "../drift/recorded.ts";
import { standingOn, treeFacts } from "../drift/standing.ts";
import { Tree } from "../drift/tree.ts";
import type { TreeFacts } from "../report/tree.ts";
import type { Loaded } from "../spec/load.ts";
import { recordedFolders } from "./models.ts";
import type { Folders } from "./specs.ts";

/** Where it is kept. Null for a model of one's own, and for one without versions. */
export function recordedPath(model: string, version: string | null, { recorded }: Folders): string | null {
  const folder = (recorded ?? recordedFolders)[model];
  return folder === undefined || version === null ? null : join(folder, `${version}.json`);
}

export function recordedFor(model: string, version: string | null, folders: Folders): Recorded | null {
  const path = recordedPath(model, version, folders);
  return path === null ? null : readRecorded(path);
}

/** Throws `SpecError` where the folder is no tree of a kernel. */
export async function factsOfTree(folder: string, { spec, system }: Loaded, folders: Folders): Promise<TreeFacts> {
  const programs = standingOn(system);
  const tree = await Tree.open(folder, programs.flatMap(functionsOf));
  const about = { model: spec.model.name, version: spec.asked.version };
  return treeFacts(driftOf(tree, programs, about, recordedFor(about.model, about.version, folders)));
}
