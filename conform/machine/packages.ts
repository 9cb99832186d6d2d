/**
 * Where do kernels come from? Out of packages of Debian, by apt's own client, into a folder of this project's own:
 * nothing is installed, and apt's configuration is not touched. A kernel may be of a newer suite than the system's:
 * then lists of that suite are kept in the folder too, from the archive that the system itself is set up with.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { writeWhole } from "../../checker/text/files.ts";

export interface Package {
  readonly name: string;
  readonly version: string;
  readonly suite: string;
}

/** $XDG_CACHE_HOME/nolock. */
export const cacheFolder = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "nolock");

/** Something that this machine or its archive does not have; the text says how to get it. */
export class Missing extends Error {}

function run(command: string, args: readonly string[], cwd?: string): string {
  try {
    return execFileSync(command, args, {
      encoding: "utf8",
      maxBuffer: 64 << 20,
      stdio: ["ignore", "pipe", "pipe"],
      ...(cwd === undefined ? {} : { cwd }),
    });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === "ENOENT") throw new Missing(`there is no ${command} here: it is a part of Debian and Ubuntu`);
    throw new Missing(`${command} ${args[0]} fails: ${(stderr ?? "").trim().split("\n").at(-1) ?? code}`);
  }
}

/** Programs that must be there, and the package of each. */
const PROGRAMS = { "qemu-system-x86_64": "qemu-system-x86", "dpkg-deb": "dpkg", tar: "tar" };

/** Throws `Missing` where a guest cannot be run. */
export function needPrograms(): void {
  const folders = (process.env.PATH ?? "").split(":");
  for (const [program, name] of Object.entries(PROGRAMS))
    if (!folders.some((folder) => existsSync(join(folder, program))))
      throw new Missing(`there is no ${program} here: apt-get install ${name}`);
}

/** The archive of Debian that the system is set up with. */
function archive(): string {
  const lines = run("apt-get", ["indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"]);
  const found = lines.split("\n").find((line) => line.startsWith("Debian "));
  if (found === undefined) throw new Missing("apt knows no archive of Debian: kernels are fetched from one");
  return found.slice("Debian ".length).trim();
}

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const DAY = 24 * 3600 * 1000;

/** Options with which apt reads lists of its own for a suite, fetched at most once a day. */
function optionsFor(suite: string): readonly string[] {
  const folder = join(cacheFolder(), "apt", suite);
  const options = [
    `-oDir::Etc::sourcelist=${join(folder, "sources.list")}`,
    "-oDir::Etc::sourceparts=/dev/null",
    `-oDir::State::Lists=${join(folder, "lists")}`,
    `-oDir::Cache=${join(folder, "cache")}`,
    "-oAPT::Sandbox::User=root",
    "-qq",
  ];
  const stamp = join(folder, "updated");
  if (existsSync(stamp) && Date.now() - Number(readFileSync(stamp, "utf8")) < DAY) return options;
  for (const part of ["lists/partial", "cache/archives/partial"]) mkdirSync(join(folder, part), { recursive: true });
  writeWhole(join(folder, "sources.list"), `deb [signed-by=${KEYRING}] ${archive()} ${suite} main\n`);
  run("apt-get", [...options, "update"]);
  writeWhole(stamp, String(Date.now()));
  return options;
}

/** The file of a package, fetched where it is not in the folder yet. */
export function packageFile({ name, version, suite }: Package): string {
  const folder = join(cacheFolder(), "packages");
  mkdirSync(folder, { recursive: true });
  const start = `${name}_${version.replaceAll(":", "%3a")}_`;
  const there = () => readdirSync(folder).find((one) => one.startsWith(start) && one.endsWith(".deb"));
  const file = there();
  if (file !== undefined) return join(folder, file);
  const options = optionsFor(suite);
  try {
    run("apt-get", [...options, "download", `${name}=${version}`], folder);
  } catch (error) {
    const offered = run("apt-cache", [...options, "madison", name]);
    const versions = offered.split("\n").flatMap((line) => line.split("|")[1]?.trim() ?? []);
    const instead = versions.length > 0 ? `it has ${versions.join(", ")}` : "it has none of that name";
    throw new Missing(
      `${suite} of Debian does not give ${name} ${version} (${instead}): ${(error as Error).message}. ` +
        `An archive keeps a version for some time only; fetch the file from Debian's snapshots and put it into ${folder}`,
    );
  }
  const fetched = there();
  if (fetched === undefined) throw new Missing(`apt-get has fetched ${name}, and there is no file ${start}*.deb`);
  return join(folder, fetched);
}

/** The file of a package of the system's own suites, whatever its version. */
export function newestPackage(name: string): string {
  const folder = join(cacheFolder(), "packages");
  mkdirSync(folder, { recursive: true });
  const there = () => readdirSync(folder).find((one) => one.startsWith(`${name}_`) && one.endsWith(".deb"));
  if (there() === undefined) run("apt-get", ["-qq", "download", name], folder);
  const file = there();
  if (file === undefined) throw new Missing(`apt-get has fetched ${name}, and there is no file of it`);
  return join(folder, file);
}

/** Takes one file, the first whose path matches, out of a package. `to` is where it goes. */
export function unpack(file: string, path: RegExp, to: string): void {
  if (existsSync(to)) return;
  const inside = run("dpkg-deb", ["--contents", file])
    .split("\n")
    .find((line) => path.test(line));
  const member = inside?.split(/\s+/)[5];
  if (member === undefined) throw new Missing(`${file} has no ${path.source}`);
  const folder = `${to}.unpacked`;
  mkdirSync(folder, { recursive: true });
  // dpkg-deb gives an archive; tar takes one member of it.
  execFileSync("sh", ["-c", 'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" "$3"', "sh", file, folder, member]);
  renameSync(join(folder, member), to);
  rmSync(folder, { recursive: true });
}
