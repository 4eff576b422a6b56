// In which order files are fetched, and how many at once. The files of the first stage come before all others, so that
// nothing delays the first answer. The others follow in their order: enough at once to fill the connection, and not so
// many that later stages slow earlier ones.

/** Most files under way at once. */
const filesAtOnce = 6;

/** Bytes under way that fill a fast connection: 100 Mbit/s with 40 ms to the server. */
const bytesAtOnce = 512 * 1024;

export interface DownloadsOptions {
  /** Fetches and checks a file. */
  readonly fetchFile: (path: string, onBytes: (bytes: number) => void) => Promise<Uint8Array>;
  /** Bytes of each file. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Files that are fetched before all others. */
  readonly first: ReadonlySet<string>;
  /** Others are not fetched before it settles: what else must arrive first. */
  readonly gate: Promise<unknown>;
  /** Called with the bytes of a file that have arrived since the last call. */
  readonly onBytes: (path: string, bytes: number) => void;
}

interface WaitingFile {
  readonly path: string;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Files on their way. */
export class Downloads {
  readonly #options: DownloadsOptions;
  /** Promises of files that were asked for and have not arrived. */
  readonly #files = new Map<string, Promise<Uint8Array>>();
  readonly #waiting: WaitingFile[] = [];
  /** Bytes still to come of each file under way. */
  readonly #underWay = new Map<string, number>();
  readonly #firstToCome: Set<string>;
  #isGateOpen = false;

  constructor(options: DownloadsOptions) {
    this.#options = options;
    this.#firstToCome = new Set(options.first);
    const open = (): void => {
      this.#isGateOpen = true;
      this.#advance();
    };
    options.gate.then(open, open);
  }

  /** A file of the bundle. Files are fetched in the order of these calls. */
  read(path: string): Promise<Uint8Array> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const file = new Promise<Uint8Array>((resolve, reject) => this.#waiting.push({ path, resolve, reject }));
    this.#files.set(path, file);
    this.#advance();
    return file;
  }

  #advance(): void {
    for (let file = this.#waiting[0]; file !== undefined && this.#mayStart(file.path); file = this.#waiting[0]) {
      this.#waiting.shift();
      this.#start(file);
    }
  }

  #mayStart(path: string): boolean {
    if (this.#options.first.has(path)) return true;
    if (!this.#isGateOpen || this.#firstToCome.size > 0) return false;
    const bytes = Array.from(this.#underWay.values()).reduce((sum, toCome) => sum + toCome, 0);
    return this.#underWay.size === 0 || (this.#underWay.size < filesAtOnce && bytes < bytesAtOnce);
  }

  #start({ path, resolve, reject }: WaitingFile): void {
    const { fetchFile, sizes, onBytes } = this.#options;
    this.#underWay.set(path, sizes.get(path) ?? 0);
    const arrive = (bytes: number): void => {
      this.#underWay.set(path, Math.max(0, (this.#underWay.get(path) ?? 0) - bytes));
      onBytes(path, bytes);
      this.#advance();
    };
    const end = (): void => {
      this.#underWay.delete(path);
      this.#firstToCome.delete(path);
      this.#files.delete(path);
      this.#advance();
    };
    fetchFile(path, arrive).then(
      (bytes) => {
        end();
        resolve(bytes);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  }
}
