/** Which kernels are run, out of which package of Debian, and what is known of each binary? */

export interface KernelPackage {
  /** Packages that hold it, and the version that is pinned. */
  readonly package: string;
  readonly packageVersion: string;
  /** Where Debian keeps it. */
  readonly suite: string;
  /** In MB, to be fetched. */
  readonly size: number;
  /** The version of the model that it is held to. */
  readonly version: string;
  readonly preemptRt: boolean;
  /** Pairs of stores that its compiler made in the other order: the row that C has first, "program: label". */
  readonly swapped: readonly string[];
}

export const KERNELS = {
  "6.18.15": {
    package: "linux-image-6.18.15+deb13-amd64",
    packageVersion: "6.18.15-1~bpo13+1",
    suite: "trixie-backports",
    size: 167,
    version: "6.18.15",
    preemptRt: false,
    swapped: ["___slab_alloc: full"],
  },
} as const satisfies Readonly<Record<string, KernelPackage>>;

export type KernelName = keyof typeof KERNELS;

export const kernelNames = Object.keys(KERNELS) as KernelName[];
