/** What stands in a guest's memory at one moment, by addresses. 0 is NULL. */

export interface ConcreteSlab {
  /** All its objects, in the order of their addresses: the first, the bytes from one to the next, how many. */
  readonly first: bigint;
  readonly stride: number;
  readonly objects: number;
  readonly freelist: readonly bigint[];
  readonly inuse: number;
  readonly frozen: boolean;
}

/** Until 6.19: struct kmem_cache_cpu. */
export interface ConcreteCpuSlab {
  readonly slab: bigint;
  readonly freelist: readonly bigint[];
  readonly partial: readonly bigint[];
  readonly locked: boolean;
  /** In steps. */
  readonly tid: number;
}

/** Since 7.0: struct slub_percpu_sheaves, and the barn of the node. A sheaf is the objects in it. */
export interface ConcreteSheaves {
  readonly main: readonly bigint[] | null;
  readonly spare: readonly bigint[] | null;
  readonly locked: boolean;
  readonly barn: {
    readonly full: readonly (readonly bigint[])[];
    readonly empty: number;
    readonly locked: boolean;
  };
}

export interface ConcreteBucket {
  readonly cpu: ConcreteCpuSlab | null;
  readonly sheaves: ConcreteSheaves | null;
  /** `partial` is null where a list that is being changed cannot be followed. */
  readonly node: { readonly partial: readonly bigint[] | null; readonly locked: boolean };
}

export interface Concrete {
  readonly irqsOff: boolean;
  readonly buckets: readonly ConcreteBucket[];
  readonly slabs: ReadonlyMap<bigint, ConcreteSlab>;
  readonly deferred: {
    readonly objects: readonly bigint[];
    /** Null: no slabs are deferred by this kernel. */
    readonly slabs: readonly bigint[] | null;
    readonly queued: boolean;
  };
}

export const objectsOf = ({ first, stride, objects }: ConcreteSlab): readonly bigint[] =>
  Array.from({ length: objects }, (_, i) => first + BigInt(i * stride));

/** Sheaves in which somebody can find objects. */
export const sheavesIn = ({ buckets }: Concrete): readonly (readonly bigint[])[] =>
  buckets.flatMap(({ sheaves }) => {
    if (!sheaves) return [];
    return [sheaves.main ?? [], sheaves.spare ?? [], ...sheaves.barn.full];
  });
