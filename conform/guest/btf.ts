/**
 * Where do the fields of a kernel's structures lie? Read out of the BTF that the kernel itself carries, so that no debug
 * package is needed.
 *
 * @see https://docs.kernel.org/bpf/btf.html
 */

const MAGIC = 0xeb9f;
const [INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FUNC_PROTO, VAR, DATASEC] =
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const [FLOAT, DECL_TAG, TYPE_TAG, ENUM64] = [16, 17, 18, 19];

interface Member {
  readonly name: string;
  readonly type: number;
  /** In bits. */
  readonly offset: number;
}

interface Type {
  readonly kind: number;
  readonly name: string;
  /** In bytes, where the kind has a size; else the type that it refers to. */
  readonly sizeOrType: number;
  readonly members: readonly Member[];
  readonly array: { readonly type: number; readonly length: number } | null;
}

/** Where a field lies in its structure; both in bytes. */
export interface Field {
  readonly offset: number;
  readonly size: number;
}

/** Bytes that follow the 12 of a type of a kind, for `n` members. */
function extra(kind: number, n: number): number {
  switch (kind) {
    case INT:
    case VAR:
    case DECL_TAG:
      return 4;
    case ARRAY:
      return 12;
    case STRUCT:
    case UNION:
    case DATASEC:
    case ENUM64:
      return 12 * n;
    case ENUM:
    case FUNC_PROTO:
      return 8 * n;
    case PTR:
    case FWD:
    case TYPEDEF:
    case VOLATILE:
    case CONST:
    case RESTRICT:
    case FUNC:
    case FLOAT:
    case TYPE_TAG:
      return 0;
    default:
      throw new Error(`BTF has a type of kind ${kind}, which this reader does not know`);
  }
}

export class Btf {
  /** By number; number 0 is void. */
  readonly #types: Type[] = [];
  readonly #structs = new Map<string, Type>();

  constructor(data: Buffer) {
    if (data.readUInt16LE(0) !== MAGIC) throw new Error("this is no BTF");
    const header = data.readUInt32LE(4);
    const [typeAt, typeLength, stringsAt] = [8, 12, 16].map((at) => data.readUInt32LE(at)) as [number, number, number];
    const strings = header + stringsAt;
    const text = (at: number) => data.toString("latin1", strings + at, data.indexOf(0, strings + at));
    this.#types.push({ kind: 0, name: "void", sizeOrType: 0, members: [], array: null });
    for (let at = header + typeAt; at < header + typeAt + typeLength; ) {
      const info = data.readUInt32LE(at + 4);
      const [kind, n, bitfields] = [(info >> 24) & 0x1f, info & 0xffff, info >>> 31 === 1];
      const name = text(data.readUInt32LE(at));
      const body = at + 12;
      const members =
        kind === STRUCT || kind === UNION
          ? Array.from({ length: n }, (_, i): Member => {
              const offset = data.readUInt32LE(body + 12 * i + 8);
              return {
                name: text(data.readUInt32LE(body + 12 * i)),
                type: data.readUInt32LE(body + 12 * i + 4),
                offset: bitfields ? offset & 0xffffff : offset,
              };
            })
          : [];
      const array = kind === ARRAY ? { type: data.readUInt32LE(body), length: data.readUInt32LE(body + 8) } : null;
      const type = { kind, name, sizeOrType: data.readUInt32LE(at + 8), members, array };
      this.#types.push(type);
      if (kind === STRUCT && name !== "" && !this.#structs.has(name)) this.#structs.set(name, type);
      at = body + extra(kind, n);
    }
  }

  /** In bytes. */
  #sizeOf(id: number): number {
    const type = this.#types[id];
    if (!type) throw new Error(`BTF has no type ${id}`);
    if (type.kind === PTR) return 8;
    if (type.array) return type.array.length * this.#sizeOf(type.array.type);
    if ([TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG].includes(type.kind)) return this.#sizeOf(type.sizeOrType);
    return type.sizeOrType;
  }

  /** Whether the kernel has such a structure, with such a field where one is named. */
  has(struct: string, field?: string): boolean {
    const type = this.#structs.get(struct);
    return type !== undefined && (field === undefined || this.#find(type, field) !== null);
  }

  /** In bytes. */
  sizeOf(struct: string): number {
    return this.#struct(struct).sizeOrType;
  }

  /** A field by its name; one of an unnamed part is the structure's own. Throws where there is none. */
  field(struct: string, name: string): Field {
    const found = this.#find(this.#struct(struct), name);
    if (!found) throw new Error(`struct ${struct} has no field ${name}`);
    return { offset: found.offset / 8, size: this.#sizeOf(found.type) };
  }

  #struct(name: string): Type {
    const type = this.#structs.get(name);
    if (!type) throw new Error(`the kernel has no struct ${name}`);
    return type;
  }

  #find(type: Type, name: string): Member | null {
    for (const member of type.members) {
      if (member.name === name) return member;
      if (member.name !== "") continue;
      const inner = this.#types[member.type] as Type;
      const found = this.#find(inner, name);
      if (found) return { ...found, offset: found.offset + member.offset };
    }
    return null;
  }
}
