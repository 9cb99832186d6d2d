/** A bug that was public, or is: which specs show it in the version that had it, and which hold once it is mended. */
export interface Bug {
  /** What went wrong, in a sentence. */
  readonly about: string;
  /** Who told of it, and where. */
  readonly source: string;
  /** Which release has the mend, or where it stands: "not merged as of 7.3.4". */
  readonly fix: string;
  /** Names of specs; a bug that several show in other ways has several. Each is to be violated. */
  readonly shown: readonly string[];
  /** Specs of the same with the mend, or with the one that was proposed. Each is to hold. */
  readonly mended: readonly string[];
  /** Where no spec shows it: what that would need, or why nothing breaks. */
  readonly notShown?: string;
}
