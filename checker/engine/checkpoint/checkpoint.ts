/**
 * A folder in which the searches of a run are kept, so that another process goes on where this one ends: files of
 * states, each written once, and a manifest that names them, which is written last.
 */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SpecError } from "../../spec/problems.ts";
import { isUnfinished, NewFile, systemError, tryToWrite } from "../../text/files.ts";
import { lockFolder } from "./lock.ts";
import {
  type About,
  FORMAT,
  MANIFEST,
  type Manifest,
  manifestText,
  readManifest,
  refuseOther,
  runOf,
  type SavedSearch,
} from "./manifest.ts";
import { type Piece, PieceWriter, refusal, type Stretch, statesOf, verifyPiece } from "./piece.ts";

/** Which search of a run: that of the first states, of the whole graph, or of a reduced one. */
export type SearchName = "first" | "whole" | "reduced";

/** What is known of a search but its files. */
export type Known = Omit<SavedSearch, "pieces" | "todo">;

/** Something that takes a while, a little at a time; gives what comes of it. */
export type Gradual<T> = Generator<void, T, void>;

/** Writes the states that are new, and those that are still to be expanded where there are such. */
export interface Writing {
  readonly known: Known;
  readonly states: (writer: PieceWriter) => Gradual<void>;
  readonly todo: ((writer: PieceWriter) => Gradual<void>) | null;
}

export interface CheckpointOptions {
  /** Seconds between two times that something is written. */
  readonly every: number;
  /** Called where the system refuses to write: the search goes on, and what was written before stands. */
  readonly complain: (text: string) => void;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** What is on the disk. */
export interface Safe {
  readonly states: number;
  readonly level: number;
}

const safeOf = ({ levels, level }: Known): Safe => ({ states: levels.reduce((n, count) => n + count, 0), level });

const FILES = /^(first|whole|reduced)-\d+\.(states|todo)$/;

const piecesOf = ({ searches }: Manifest): readonly Piece[] =>
  Object.values(searches).flatMap(({ pieces, todo }) => [...pieces, ...(todo ? [todo] : [])]);

export class Checkpoint {
  readonly folder: string;
  readonly about: About;
  readonly #options: CheckpointOptions;
  readonly #release: () => void;
  /** Whether the folder is to be gone where nothing was written. */
  readonly #isNew: boolean;
  #manifest: Manifest;
  #last: number;
  #safe: Safe | null = null;
  #written = 0;
  #isRefused = false;

  private constructor(
    folder: string,
    manifest: Manifest,
    release: () => void,
    isNew: boolean,
    options: CheckpointOptions,
  ) {
    this.folder = folder;
    this.about = manifest;
    this.#manifest = manifest;
    this.#release = release;
    this.#isNew = isNew;
    this.#options = options;
    this.#last = this.#now;
  }

  /** For a run that begins. Throws `SpecError` for a folder that has a checkpoint, or cannot be written to. */
  static begin(folder: string, about: About, asked: unknown, options: CheckpointOptions): Checkpoint {
    const isNew = !existsSync(folder);
    try {
      mkdirSync(folder, { recursive: true });
      tryToWrite(join(folder, MANIFEST));
    } catch (error) {
      const why = systemError(error);
      if (why === null) throw error;
      throw new SpecError([
        { where: folder, what: `nothing can be written there: ${why}`, mend: "name a folder where it can" },
      ]);
    }
    const release = lockFolder(folder);
    if (existsSync(join(folder, MANIFEST))) {
      release();
      const what = "it has a checkpoint already";
      throw new SpecError([{ where: folder, what, mend: `go on with it: --resume ${folder}; or name another folder` }]);
    }
    const manifest: Manifest = { nolock: "checkpoint", format: FORMAT, ...about, asked, searches: {} };
    return new Checkpoint(folder, manifest, release, isNew, options);
  }

  /**
   * For a run that goes on. All files are read and compared with what the manifest says of them. Throws `SpecError`
   * where something else is asked, or a file is not what was written.
   */
  static resume(folder: string, about: About, options: CheckpointOptions): Checkpoint {
    refuseOther(folder, readManifest(folder), about);
    const release = lockFolder(folder);
    try {
      // Who had the folder until now may have written another one.
      const manifest = readManifest(folder);
      refuseOther(folder, manifest, about);
      for (const piece of piecesOf(manifest)) {
        // A file elsewhere is none of a checkpoint.
        if (!FILES.test(piece.file)) throw refusal(join(folder, MANIFEST), `it names a file "${piece.file}"`);
        verifyPiece(join(folder, piece.file), piece);
      }
      const checkpoint = new Checkpoint(folder, manifest, release, false, options);
      checkpoint.#tidy();
      return checkpoint;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** How far a search was; null where it was not begun, or too short to be kept. */
  saved(search: SearchName): SavedSearch | null {
    return this.#manifest.searches[search] ?? null;
  }

  /** The states of a file. Throws `SpecError`. */
  statesOf(piece: Piece): Generator<Stretch> {
    return statesOf(join(this.folder, piece.file), this.about.words);
  }

  /** Whether it is time to write. */
  get isDue(): boolean {
    return this.#now - this.#last >= 1000 * this.#options.every;
  }

  /** What is on the disk of the search that this run has written last; null where it has written nothing. */
  get safe(): Safe | null {
    return this.#safe;
  }

  /** What is on the disk of the search that came last, whoever wrote it. */
  get kept(): Safe | null {
    const last = (["whole", "reduced", "first"] as const)
      .map((search) => this.saved(search))
      .find((one) => one !== null);
    return this.#safe ?? (last ? safeOf(last) : null);
  }

  /** Whether the system refused to write something, ever. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** How often something was written. */
  get written(): number {
    return this.#written;
  }

  /**
   * Writes how far a search is. False where the system refuses, which is told: what was written before stands, as it
   * does where this is left before its end.
   */
  *write(search: SearchName, writing: Writing): Gradual<boolean> {
    const before = this.saved(search);
    let isWritten = false;
    try {
      yield* this.#write(search, before, writing);
      isWritten = true;
    } catch (error) {
      this.#refused(error, before ? `what was written of level ${before.level} stands` : "there is none yet");
    }
    try {
      this.#tidy();
    } catch (error) {
      this.#refused(error, "files that nobody needs are left there");
    }
    this.#last = this.#now;
    return isWritten;
  }

  /** Gives the folder back. */
  end(): void {
    this.#release();
    if (this.#isNew && readdirSync(this.folder).length === 0) rmdirSync(this.folder);
  }

  /** Tells what the system refused, once; throws any other error. */
  #refused(error: unknown, otherwise: string): void {
    const why = systemError(error);
    if (why === null) throw error;
    // It is tried again and again.
    if (!this.#isRefused)
      this.#options.complain(`the checkpoint in ${this.folder} cannot be written: ${why}; ${otherwise}\n`);
    this.#isRefused = true;
  }

  *#write(search: SearchName, before: SavedSearch | null, { known, states, todo }: Writing): Gradual<void> {
    const pieces = before?.pieces ?? [];
    const number = 1 + Math.max(0, ...pieces.map(({ file }) => Number(/\d+/.exec(file)?.[0])));
    const name = `${search}-${String(number).padStart(4, "0")}`;
    const saved: SavedSearch = {
      ...known,
      pieces: [...pieces, yield* this.#piece(`${name}.states`, states)],
      todo: todo ? yield* this.#piece(`${name}.todo`, todo) : null,
    };
    const manifest = { ...this.#manifest, searches: { ...this.#manifest.searches, [search]: saved } };
    const file = new NewFile(join(this.folder, MANIFEST));
    try {
      file.add(Buffer.from(manifestText(manifest)));
      file.finish();
    } catch (error) {
      file.abandon();
      throw error;
    }
    this.#manifest = manifest;
    this.#safe = safeOf(known);
    this.#written += 1;
  }

  get #now(): number {
    return (this.#options.now ?? (() => performance.now()))();
  }

  *#piece(name: string, write: (writer: PieceWriter) => Gradual<void>): Gradual<Piece> {
    const { relation, layout, words } = this.about;
    const run = runOf(this.#manifest);
    const head = { nolock: "states", format: FORMAT, run, relation, layout, words } as const;
    const writer = new PieceWriter(join(this.folder, name), head);
    let piece: Piece | null = null;
    try {
      yield* write(writer);
      piece = writer.end();
      return piece;
    } finally {
      if (piece === null) writer.abandon();
    }
  }

  /** Removes what the manifest does not name: what was left by a run that was killed, and what is no longer needed. */
  #tidy(): void {
    const named = new Set(piecesOf(this.#manifest).map(({ file }) => file));
    for (const name of readdirSync(this.folder)) {
      const isLeft = isUnfinished(name) || (FILES.test(name) && !named.has(name));
      if (isLeft) rmSync(join(this.folder, name), { force: true });
    }
  }
}
