/**
 * How does one talk to a GDB stub? The remote serial protocol over a socket: packets with checksums, one request at a
 * time. Only what QEMU's stub of one CPU needs. Nothing is acknowledged: that stub takes the next request for it.
 *
 * @see https://sourceware.org/gdb/current/onlinedocs/gdb.html/Remote-Protocol.html
 */
import { connect, type Socket } from "node:net";

/** The sum modulo 256 of the bytes of a packet, as two hexadecimal digits. */
const checksum = (data: Buffer): string =>
  (data.reduce((sum, byte) => sum + byte, 0) & 0xff).toString(16).padStart(2, "0");

/** A request as it goes over the wire: $data#cc. */
export const framed = (data: string): Buffer => {
  const bytes = Buffer.from(data, "latin1");
  return Buffer.concat([Buffer.from("$"), bytes, Buffer.from(`#${checksum(bytes)}`)]);
};

/** A reply with its escapes taken back: `}` and a byte stand for that byte xor 0x20. */
export function unescaped(data: Buffer): Buffer {
  const bytes: number[] = [];
  for (let i = 0; i < data.length; i++) {
    const byte = data[i] as number;
    bytes.push(byte === 0x7d ? (data[++i] as number) ^ 0x20 : byte);
  }
  return Buffer.from(bytes);
}

/** Takes packets out of a stream of bytes; acknowledgements and whatever stands between packets are left out. */
export class PacketReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The packets that are whole by now. Throws where a checksum is wrong. */
  add(chunk: Buffer): Buffer[] {
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const packets: Buffer[] = [];
    for (;;) {
      const from = this.#rest.indexOf("$");
      const to = from < 0 ? -1 : this.#rest.indexOf("#", from);
      if (to < 0 || this.#rest.length < to + 3) return packets;
      const data = this.#rest.subarray(from + 1, to);
      const sum = this.#rest.toString("latin1", to + 1, to + 3);
      if (sum !== checksum(data))
        throw new Error(`a packet of the stub has the checksum ${sum}, not ${checksum(data)}`);
      packets.push(unescaped(data));
      this.#rest = this.#rest.subarray(to + 3);
    }
  }
}

interface Waiting {
  /** Whether a packet is only a part, and more will come. */
  readonly isPart: (packet: Buffer) => boolean;
  readonly resolve: (reply: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/** A connection to a stub. Each request waits for its reply before the next one is sent. */
export class Rsp {
  readonly #socket: Socket;
  readonly #reader = new PacketReader();
  readonly #waiting: Waiting[] = [];
  #closed: Error | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => {
      try {
        for (const packet of this.#reader.add(chunk))
          if (!this.#waiting[0]?.isPart(packet)) this.#waiting.shift()?.resolve(packet);
      } catch (error) {
        this.#fail(error as Error);
      }
    });
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the stub has gone: has QEMU ended?")));
  }

  /** Connects to a stub that listens on a Unix socket. */
  static async connect(path: string): Promise<Rsp> {
    const socket = await new Promise<Socket>((resolve, reject) => {
      const made = connect(path, () => resolve(made));
      made.once("error", reject);
    });
    return new Rsp(socket);
  }

  #fail(error: Error): void {
    this.#closed ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** Sends a request and gives its reply, as Latin-1 text. */
  async ask(request: string): Promise<string> {
    return (await this.askBytes(request)).toString("latin1");
  }

  askBytes(request: string, isPart: Waiting["isPart"] = () => false): Promise<Buffer> {
    if (this.#closed) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ isPart, resolve, reject });
      this.#socket.write(framed(request));
    });
  }

  /** The same, where any reply but OK is a failure. */
  async tell(request: string): Promise<void> {
    const reply = await this.ask(request);
    if (reply !== "OK") throw new Error(`the stub answers "${reply}" to ${request.slice(0, 40)}`);
  }

  /** Stops a guest that runs: the reply to the request that set it going comes then. */
  interrupt(): void {
    this.#socket.write(Buffer.from([3]));
  }

  /** A command of QEMU's monitor. What it prints comes in packets before the last, OK. */
  async monitor(command: string): Promise<string> {
    let said = "";
    const reply = await this.askBytes(`qRcmd,${Buffer.from(command).toString("hex")}`, (packet) => {
      const text = packet.toString("latin1");
      if (!text.startsWith("O") || text === "OK") return false;
      said += Buffer.from(text.slice(1), "hex").toString("latin1");
      return true;
    });
    if (reply.toString("latin1") !== "OK") throw new Error(`QEMU's monitor answers "${reply}" to ${command}`);
    return said;
  }

  /** A document of the stub, in as many parts as it takes. */
  async document(name: string): Promise<string> {
    let text = "";
    for (;;) {
      const part = await this.ask(`qXfer:features:read:${name}:${text.length.toString(16)},ffb`);
      if (!/^[lm]/.test(part)) throw new Error(`the stub has no document ${name}: ${part}`);
      text += part.slice(1);
      if (part.startsWith("l")) return text;
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
