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

export interface ConcreteBucket {
  readonly cpu: {
    readonly slab: bigint;
    readonly freelist: readonly bigint[];
    readonly partial: readonly bigint[];
    readonly locked: boolean;
    /** In steps. */
    readonly tid: number;
  };
  readonly node: { readonly partial: readonly bigint[]; readonly locked: boolean };
}

export interface Concrete {
  readonly irqsOff: boolean;
  readonly nmi: boolean;
  readonly buckets: readonly ConcreteBucket[];
  readonly slabs: ReadonlyMap<bigint, ConcreteSlab>;
  readonly deferred: {
    readonly objects: readonly bigint[];
    readonly slabs: readonly bigint[];
    readonly queued: boolean;
  };
}

export const objectsOf = ({ first, stride, objects }: ConcreteSlab): readonly bigint[] =>
  Array.from({ length: objects }, (_, i) => first + BigInt(i * stride));
