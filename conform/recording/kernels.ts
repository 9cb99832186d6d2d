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
    swapped: ["___slab_alloc: full", "___slab_alloc: flushDrop", "___slab_alloc: flushSlab"],
  },
  "6.18.15-rt": {
    package: "linux-image-6.18.15+deb13-rt-amd64",
    packageVersion: "6.18.15-1~bpo13+1",
    suite: "trixie-backports",
    size: 172,
    version: "6.18.15",
    preemptRt: true,
    swapped: ["___slab_alloc: full", "___slab_alloc: storeFreelist"],
  },
  "7.3.4": {
    package: "linux-binary-7.3.4+deb13-amd64",
    packageVersion: "7.3.4-1~bpo13+1",
    suite: "trixie-backports",
    size: 14,
    version: "7.3",
    preemptRt: false,
    swapped: [],
  },
  "7.3.4-rt": {
    package: "linux-binary-7.3.4+deb13-rt-amd64",
    packageVersion: "7.3.4-1~bpo13+1",
    suite: "trixie-backports",
    size: 14,
    version: "7.3",
    preemptRt: true,
    swapped: [],
  },
} as const satisfies Readonly<Record<string, KernelPackage>>;

export type KernelName = keyof typeof KERNELS;

export const kernelNames = Object.keys(KERNELS) as KernelName[];
